/// How a report looks, on paper-white and on black, on a phone and on a desk.
enum ReportStyle {
  static let text = """
    :root{--ink:#1c1e21;--soft:#5d646d;--line:#d9dde2;--page:#fff;--card:#f6f7f9;--bar:#4f7cac;--good:#3a8f5c;--mark:#b3261e}
    @media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#a3abb5;--line:#3a4048;--page:#15181c;--card:#1d2126;--bar:#6f9bd1;--good:#5db585;--mark:#ff8a80}}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:68rem;padding:1rem;color:var(--ink);background:var(--page);font:1rem/1.5 system-ui,sans-serif}
    h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-top:1px solid var(--line);padding-top:1rem}
    .skip{position:absolute;left:-99rem}.skip:focus{left:1rem;background:var(--page);padding:.5rem}
    a,summary,button,input,select{color:inherit}
    :focus-visible{outline:3px solid var(--bar);outline-offset:2px}
    figure{margin:0;max-width:44rem}figcaption{color:var(--soft);font-size:.9rem}
    .row{display:flex;flex-wrap:wrap;gap:1rem}.row figure{flex:1 1 18rem;max-width:26rem}
    svg{width:100%;height:auto;display:block}
    svg text{font:12px system-ui,sans-serif;fill:var(--ink)}
    svg .name{text-anchor:end;fill:var(--soft)}svg .middle{text-anchor:middle}svg .axis{fill:var(--soft)}
    svg .grid{stroke:var(--line)}svg .bar{fill:var(--bar)}svg .good{fill:var(--good)}
    svg .line{fill:none;stroke-width:2}svg .slice{stroke:var(--page);stroke-width:1.5}svg .outer{opacity:.75}
    svg .c0{fill:#7aa6d6}svg .c1{fill:#e3a35b}svg .c2{fill:#7fbf9a}svg .c3{fill:#d58a94}svg .c4{fill:#a99bd3}svg .c5{fill:#c2b45f}
    svg .line.c0{fill:none;stroke:#4f7cac}svg .line.c1{fill:none;stroke:#c27a24}svg .line.c2{fill:none;stroke:#3a8f5c}
    svg .line.c3{fill:none;stroke:#b35561}svg .line.c4{fill:none;stroke:#7a68b3}svg .line.c5{fill:none;stroke:#8f8130}
    #roots svg text{fill:#14171a}
    .wide{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}
    th,td{padding:.25rem .75rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
    th:first-child,td:first-child{text-align:left}
    form{display:flex;flex-wrap:wrap;gap:.5rem 1rem}label{display:flex;gap:.4rem;align-items:center;font-size:.9rem}
    input,select,button{font:inherit;padding:.3rem .5rem;border:1px solid var(--line);border-radius:.3rem;background:var(--card)}
    label:first-child{flex:1 1 14rem}#query{width:100%;min-width:8rem}
    button:disabled{opacity:.45}
    #list{list-style:none;margin:1rem 0;padding:0}
    #list details{border:1px solid var(--line);border-radius:.4rem;margin:.4rem 0;background:var(--card)}
    #list summary{cursor:pointer;padding:.5rem .75rem;overflow-wrap:anywhere}
    #list .about{color:var(--soft);font-size:.8rem;display:block}
    #list .body{padding:0 .75rem .75rem}
    #list h3{font-size:.8rem;margin:.6rem 0 .1rem;color:var(--soft);font-weight:600}
    .said{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate;margin:0}
    .mark{color:var(--mark);font-size:.75rem;border:1px solid;border-radius:.2rem;padding:0 .2rem;margin:0 .1rem}
    #list button{font-size:.85rem}
    nav{display:flex;gap:1rem;align-items:center}
    footer{margin-top:2rem;color:var(--soft);font-size:.9rem}
    """
}
