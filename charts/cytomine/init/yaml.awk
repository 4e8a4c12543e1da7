# Reads or changes one key of a YAML file by its lines, so that all others stay as people wrote them.
#
# Plan: a key is found by indentation. Understood are values on one line (plain, in quotes) and texts after `|`;
# whatever else stands at a key that is asked for is an error, never a guess. Variables: todo (get, list, has, put,
# word), path (keys with slashes between them), text (file with what is put). Ends with 3 where there is no such key,
# with 4 where it is not understood. For every awk: that of macOS, mawk, gawk, busybox.
function spaces(s) { match(s, /^ */); return RLENGTH }
function trim(s) { sub(/^[ \t]+/, "", s); sub(/[ \t]+$/, "", s); return s }
# The key at the start of a line without its indentation; LENGTH counts up to and with the colon.
function key(body,   quote, end) {
  quote = substr(body, 1, 1)
  if (quote == "\"" || quote == "\047") {
    end = index(substr(body, 2), quote)
    if (end == 0) return 0
    KEY = substr(body, 2, end - 1)
    LENGTH = end + 1
  } else {
    if (!match(body, "^[A-Za-z0-9_./-]+")) return 0
    KEY = substr(body, 1, RLENGTH)
    LENGTH = RLENGTH
  }
  if (KEY == "" || KEY ~ /^-/ || substr(body, ++LENGTH, 1) != ":") return 0
  return substr(body, LENGTH + 1) ~ /^( |$)/
}
function find(   i, j, body, indent, depth, inside, rest) {
  inside = -1
  for (i = 1; i <= lines; i++) {
    indent = spaces(line[i])
    body = substr(line[i], indent + 1)
    if (inside >= 0 && (body == "" || indent > inside)) continue
    inside = -1
    if (!key(body)) continue
    while (depth > 0 && at[depth] >= indent) depth--
    at[++depth] = indent
    name[depth] = KEY
    rest = substr(body, LENGTH + 1)
    sub(/^ +/, "", rest)
    if (rest ~ /^[|>]/) inside = indent
    if (depth != wanted) continue
    for (j = 1; j <= depth; j++) if (name[j] != part[j]) break
    if (j <= depth) continue
    SPOT = i; INDENT = indent; HEAD = substr(line[i], 1, indent + LENGTH); REST = rest
    return 1
  }
  return 0
}
function comment(after) {
  COMMENT = trim(after)
  return COMMENT == "" || COMMENT ~ /^#/
}
function double_quoted(rest,   i, letter) {
  TEXT = ""
  for (i = 2; i <= length(rest); i++) {
    letter = substr(rest, i, 1)
    if (letter == "\"") { AFTER = substr(rest, i + 1); return 1 }
    if (letter == "\\") {
      letter = substr(rest, ++i, 1)
      if (letter == "n") letter = "\n"
      else if (letter == "t") letter = "\t"
      else if (letter != "\"" && letter != "\\" && letter != "/") return 0
    }
    TEXT = TEXT letter
  }
  return 0
}
function single_quoted(rest,   i, letter) {
  TEXT = ""
  for (i = 2; i <= length(rest); i++) {
    letter = substr(rest, i, 1)
    if (letter == "\047") {
      if (substr(rest, i + 1, 1) != "\047") { AFTER = substr(rest, i + 1); return 1 }
      i++
    }
    TEXT = TEXT letter
  }
  return 0
}
function plain(rest,   i) {
  i = index(rest, " #")
  TEXT = i ? substr(rest, 1, i - 1) : rest
  AFTER = i ? substr(rest, i) : ""
  sub(/[ \t]+$/, "", TEXT)
  return 1
}
function block(   i, keep, last, margin) {
  keep = substr(REST, 1, 2) == "|-" ? "" : "\n"
  if (!comment(substr(REST, keep == "" ? 3 : 2))) return 0
  last = SPOT
  for (i = SPOT + 1; i <= lines && (trim(line[i]) == "" || spaces(line[i]) > INDENT); i++)
    if (trim(line[i]) != "") last = i
  margin = -1
  TEXT = ""
  for (i = SPOT + 1; i <= last; i++) {
    if (i > SPOT + 1) TEXT = TEXT "\n"
    if (trim(line[i]) == "") continue
    if (margin < 0) margin = spaces(line[i])
    if (spaces(line[i]) < margin) return 0
    TEXT = TEXT substr(line[i], margin + 1)
  }
  if (last > SPOT) TEXT = TEXT keep
  NEXT = last + 1
  return 1
}
function found(   i, first) {
  first = substr(REST, 1, 1)
  NEXT = SPOT + 1
  if (first == "\"") return double_quoted(REST) && comment(AFTER)
  if (first == "\047") return single_quoted(REST) && comment(AFTER)
  if (first == "|") return block()
  if (first != "" && index(">{[&*!%@`", first)) return 0
  if (first == "" || first == "#") {
    for (i = NEXT; i <= lines; i++) {
      if (trim(line[i]) == "" || trim(line[i]) ~ /^#/) continue
      if (spaces(line[i]) > INDENT || trim(line[i]) ~ /^- /) return 0
      break
    }
    TEXT = ""
    return comment(REST)
  }
  # A plain text may go on in the next line.
  if (NEXT <= lines && trim(line[NEXT]) != "" && spaces(line[NEXT]) > INDENT) return 0
  plain(REST)
  if (TEXT == "null" || TEXT == "~") TEXT = ""
  return comment(AFTER)
}
function item(s,   understood) {
  if (substr(s, 1, 1) == "\"") understood = double_quoted(s)
  else if (substr(s, 1, 1) == "\047") understood = single_quoted(s)
  else understood = plain(s)
  if (!understood || !comment(AFTER)) exit 4
  print TEXT
}
function list(   i, n, end, items) {
  if (substr(REST, 1, 1) == "[") {
    end = index(REST, "]")
    if (!end || !comment(substr(REST, end + 1))) exit 4
    n = split(substr(REST, 2, end - 2), items, ",")
    for (i = 1; i <= n; i++) if (trim(items[i]) != "") item(trim(items[i]))
    return
  }
  if (REST != "" && REST !~ /^#/) exit 4
  for (i = SPOT + 1; i <= lines; i++) {
    if (trim(line[i]) == "" || trim(line[i]) ~ /^#/) continue
    if (spaces(line[i]) < INDENT || trim(line[i]) !~ /^- /) break
    item(trim(substr(trim(line[i]), 3)))
  }
}
function quoted(s,   i, letter, out) {
  for (i = 1; i <= length(s); i++) {
    letter = substr(s, i, 1)
    out = out (letter == "\"" || letter == "\\" ? "\\" : "") letter
  }
  return "\"" out "\""
}
function put(   i, n, texts, margin) {
  if (!found()) {
    if (substr(REST, 1, 2) != "{}" && substr(REST, 1, 2) != "[]") exit 4
    if (!comment(substr(REST, 3))) exit 4
  }
  while ((getline texts[n + 1] < text) > 0) n++
  for (i = 1; i < SPOT; i++) print line[i]
  print HEAD " " (n > 1 ? "|" : todo == "word" ? texts[1] : quoted(texts[1])) (COMMENT == "" ? "" : " " COMMENT)
  margin = sprintf("%" (INDENT + 2) "s", "")
  for (i = 1; i <= n && n > 1; i++) print margin texts[i]
  for (i = NEXT; i <= lines; i++) print line[i]
}
{ sub(/\r$/, ""); line[++lines] = $0 }
END {
  wanted = split(path, part, "/")
  if (!find()) exit 3
  if (todo == "list") list()
  else if (todo == "put" || todo == "word") put()
  else if (todo == "get") { if (!found()) exit 4; printf "%s", TEXT }
}
