import Foundation
import Storage
import TestSupport
import Testing
import Training

@Suite struct FinetunerTests {
  @Test func `a run that is stopped after each step ends with the bytes of one that was not`()
    throws
  {
    let whole = try TemporaryDirectory()
    let undisturbed = try TinyTraining.finetuner(whole)
    #expect(try undisturbed.run(shouldStop: { false }) == .finished)
    let expected = try TinyTraining.result(of: undisturbed, in: whole)

    let parts = try TemporaryDirectory()
    var calls = 0
    while true {
      let finetuner = try TinyTraining.finetuner(parts, threads: 1 + calls % 2)
      // Stopped after one step, or while what is held out is looked at behind it.
      let start = finetuner.state.step
      let ending = try finetuner.run(shouldStop: { finetuner.state.step >= start + 1 })
      calls += 1
      guard ending != .finished else {
        #expect(try TinyTraining.result(of: finetuner, in: parts) == expected)
        break
      }
    }
    // One call more for each evaluation that a stop cut off, here those at the ends of both epochs.
    #expect(calls >= (try TinyTraining.data()).steps.count)
  }

  @Test func `an adapter's run goes on to the same bytes, too, and begins as its base`() throws {
    var configuration = TinyTraining.configuration()
    configuration.method = .lora
    configuration.lora.rank = 4
    configuration.lora.dropout = 0.2
    configuration.learningRate = 0
    #expect(configuration.highestRate == 2e-4)
    let whole = try TemporaryDirectory()
    var losses: [Double] = []
    let undisturbed = try TinyTraining.finetuner(whole, configuration) { event in
      if case .evaluated(let found) = event { losses.append(found.sums.supervised ?? .nan) }
    }
    #expect(try undisturbed.run(shouldStop: { false }) == .finished)
    let expected = try TinyTraining.result(of: undisturbed, in: whole)

    let base = try TinyTraining.finetuner(TemporaryDirectory())
    _ = try base.run(shouldStop: { base.state.evaluations > 0 })
    // B is zero, so nothing is changed yet, not even a bit.
    #expect(losses.first == base.state.first?.loss)
    #expect(losses.last ?? .nan < losses[0])

    let parts = try TemporaryDirectory()
    for calls in 0... {
      let finetuner = try TinyTraining.finetuner(parts, configuration, threads: 1 + calls % 2)
      // Stopped after two steps, or while what is held out is looked at behind it.
      let start = finetuner.state.step
      let ending = try finetuner.run(shouldStop: { finetuner.state.step >= start + 2 })
      guard ending == .finished else { continue }
      #expect(try TinyTraining.result(of: finetuner, in: parts) == expected)
      break
    }
    configuration.seed += 1
    let other = try TemporaryDirectory()
    let another = try TinyTraining.finetuner(other, configuration, data: TinyTraining.data())
    _ = try another.run(shouldStop: { false })
    #expect(try TinyTraining.result(of: another, in: other).weights != expected.weights)
  }

  @Test func `a run that died between checkpoints does the steps since again`() throws {
    let whole = try TemporaryDirectory()
    let undisturbed = try TinyTraining.finetuner(whole)
    _ = try undisturbed.run(shouldStop: { false })
    let expected = try TinyTraining.result(of: undisturbed, in: whole)

    for dying in 1...6 {
      let folder = try TemporaryDirectory()
      // What a kill leaves: progress and best weights of steps that no checkpoint holds.
      let killed = try TinyTraining.finetuner(folder) { event in
        if case .step(let step) = event, step.step == dying {
          try? FileManager.default.copyItem(
            atPath: folder.path, toPath: folder.path + "-killed")
        }
      }
      _ = try killed.run(shouldStop: { killed.state.step >= dying })
      let left = folder.path + "-killed"
      defer { try? FileManager.default.removeItem(atPath: left) }
      let resumed = try Finetuner(
        RunFolder(left), TinyTraining.configuration(), TinyTraining.data(),
        TinyTraining.weights(), threads: 2, report: { _ in })
      #expect(resumed.state.step == (dying - 1) / 2 * 2)
      _ = try resumed.run(shouldStop: { false })
      try resumed.writeBest(as: .f32, to: folder.path(of: "again.safetensors"))
      #expect(try folder.bytes(of: "again.safetensors") == expected.weights)
      let progress = try Data(contentsOf: URL(filePath: left + "/progress.jsonl"))
      #expect(Array(progress) == expected.progress)
    }
  }

  @Test func `progress has Hugging Face's names, a row a step and a row an evaluation`() throws {
    let folder = try TemporaryDirectory()
    let finetuner = try TinyTraining.finetuner(folder)
    _ = try finetuner.run(shouldStop: { false })
    let rows = try folder.text(of: "progress.jsonl").split(separator: "\n").map {
      try JSONValue(parsing: Array($0.utf8))
    }
    let steps = rows.filter { $0["loss"] != nil }
    #expect(steps.compactMap { $0["step"]?.int } == Array(1...finetuner.state.step))
    #expect(steps.last?["epoch"]?.double == 2)
    for row in steps {
      let parts = [row["loss_sft"], row["loss_lm"]].compactMap { $0?.double }
      let loss = try #require(row["loss"]?.double)
      expectClose(
        loss, parts[0] + 0.3 * parts[1], relative: 1e-12, because: "doubles are rounded")
      #expect(row["grad_norm"]?.double ?? 0 > 0)
      #expect(row["learning_rate"]?.double ?? 0 > 0)
    }
    let evaluations = rows.filter { $0["eval_loss"] != nil }
    let epochs = try TinyTraining.data().steps.map(\.epoch)
    #expect(
      evaluations.compactMap { $0["step"]?.int } == [0, epochs.count { $0 == 1 }, epochs.count])
    let data = try TinyTraining.data()
    let tokens = data.steps.indices.reduce(0) { sum, step in
      sum + data.documents(of: step).reduce(0) { $0 + $1.tokens.count }
    }
    #expect(steps.last?["num_input_tokens_seen"]?.int == tokens)
    let losses = evaluations.compactMap { $0["eval_loss_sft"]?.double }
    #expect(losses[2] < losses[0])
    #expect(finetuner.state.best?.loss == losses.dropFirst().min())
  }

  @Test func `training ends when evaluations get no better, with the best weights`() throws {
    let folder = try TemporaryDirectory()
    var configuration = TinyTraining.configuration()
    configuration.epochs = 40
    configuration.evaluationSteps = 4
    configuration.patience = 2
    configuration.learningRate = 0.05
    let finetuner = try TinyTraining.finetuner(folder, configuration)
    #expect(try finetuner.run(shouldStop: { false }) == .finished)
    #expect(finetuner.endedEarly)
    #expect(finetuner.state.worse == 2)
    let best = try #require(finetuner.state.best)
    #expect(finetuner.state.step == best.step + 8)
    try finetuner.writeBest(as: .f32, to: folder.path(of: "final.safetensors"))
    #expect(
      try folder.bytes(of: "final.safetensors") == folder.bytes(of: "best/model.safetensors"))
  }

  @Test func `steps that are not finite are skipped, and ten in a row end the run`() throws {
    let folder = try TemporaryDirectory()
    var configuration = TinyTraining.configuration()
    configuration.epochs = 40
    configuration.outlierDeviations = 0
    configuration.warmup = 0
    configuration.learningRate = 1
    // Weights grow tenfold a step, until no number holds them.
    configuration.optimizer.weightDecay = -1e3
    var skipped = 0
    let finetuner = try TinyTraining.finetuner(folder, configuration) { event in
      if case .skipped = event { skipped += 1 }
    }
    #expect(throws: TrainingError.diverged(steps: 10)) {
      try finetuner.run(shouldStop: { false })
    }
    #expect(skipped == 10 && finetuner.state.notFinite == 10)
    let rows = try folder.text(of: "progress.jsonl")
    #expect(rows.contains("\"skipped\": \"loss or gradient is not finite\""))
  }

  @Test func `a gradient that stands out is skipped, and believed when it stays`() throws {
    let folder = try TemporaryDirectory()
    var configuration = TinyTraining.configuration()
    configuration.epochs = 14
    configuration.learningRate = 1e-9
    configuration.heldOut = 0
    configuration.batchSize = 2
    configuration.lambda = 0
    configuration.outlierDeviations = 3
    var data = try TinyTraining.data(configuration)
    // From here on all steps are of one token, whose gradient is large.
    let place = data.training.count
    let document = TrainingDocument([1, 200], answers: [false, true])
    data.training.append(PreparedData.Row(id: "odd", document: document))
    for step in 60..<70 { data.steps[step].rows = [place] }
    var skipped: [Int] = []
    let finetuner = try TinyTraining.finetuner(folder, configuration, data: data) { event in
      if case .skipped(let step, _) = event { skipped.append(step) }
    }
    _ = try finetuner.run(shouldStop: { false })
    #expect(skipped.filter { 61...70 ~= $0 } == Array(61...65))
    #expect(finetuner.state.outliers == skipped.count)
  }

  @Test func `a damaged checkpoint is one sentence, and the file stays`() throws {
    let folder = try TemporaryDirectory()
    let finetuner = try TinyTraining.finetuner(folder)
    _ = try finetuner.run(shouldStop: { finetuner.state.step >= 3 })
    #expect(RunFolder(folder.path).checkpoints == [3])
    let path = "checkpoint-3/means.safetensors"
    let bytes = try folder.bytes(of: path)
    try folder.write(Array(bytes.dropLast(7)), to: path)
    let sentence = #expect(throws: TrainingError.self) { try TinyTraining.finetuner(folder) }
    let text = sentence.map { "\($0)" } ?? ""
    #expect(text.hasPrefix(folder.path + "/checkpoint-3: is damaged: "), "\(text)")
    #expect(wordingComplaint(text) == nil)
    #expect(try folder.bytes(of: path).count == bytes.count - 7)
  }

  @Test(arguments: ["tokens", "evaluations", "notFinite", "step", "optimizerSteps"])
  func `counts that no run comes to are a damaged checkpoint`(key: String) throws {
    let folder = try TemporaryDirectory()
    let finetuner = try TinyTraining.finetuner(folder)
    _ = try finetuner.run(shouldStop: { finetuner.state.step >= 3 })
    let path = "checkpoint-3/state.json"
    var fields = try #require(JSONValue(parsing: folder.bytes(of: path)).object)
    if key == "optimizerSteps" {
      fields[key] = .int(1 << 62)
    } else {
      var state = try #require(fields["state"]?.object)
      state[key] = .int(.max)
      fields["state"] = .object(state)
    }
    try folder.write(JSONValue.object(fields).encodedLine(), to: path)
    let error = #expect(throws: TrainingError.self) { try TinyTraining.finetuner(folder) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.hasPrefix(folder.path + "/checkpoint-3: is damaged: "), "\(text)")
  }

  @Test func `a progress file that lost rows is refused and stays as it is`() throws {
    let folder = try TemporaryDirectory()
    let finetuner = try TinyTraining.finetuner(folder)
    _ = try finetuner.run(shouldStop: { finetuner.state.step >= 3 })
    let whole = try folder.bytes(of: "progress.jsonl")
    let half = Array(whole.prefix(whole.count / 2 + 3))
    try folder.write(half, to: "progress.jsonl")
    let error = #expect(throws: StorageError.self) { try TinyTraining.finetuner(folder) }
    #expect(
      error.map { "\($0)" }?.contains("has \(half.count) bytes; expected at least \(whole.count)")
        == true)
    #expect(try folder.bytes(of: "progress.jsonl") == half)
    try folder.write(whole, to: "progress.jsonl")
    #expect(try TinyTraining.finetuner(folder).state.step == 3)
  }

  @Test func `without anything held out the last weights count`() throws {
    let folder = try TemporaryDirectory()
    var configuration = TinyTraining.configuration()
    configuration.heldOut = 0
    configuration.checkpointSteps = 1
    let finetuner = try TinyTraining.finetuner(folder, configuration)
    _ = try finetuner.run(shouldStop: { false })
    #expect(finetuner.state.first == nil && finetuner.state.best == nil)
    #expect(!finetuner.endedEarly)
    try finetuner.writeBest(as: .f32, to: folder.path(of: "final.safetensors"))
    let last = "checkpoint-\(finetuner.state.step)/model.safetensors"
    #expect(try folder.bytes(of: "final.safetensors") == folder.bytes(of: last))
  }
}
