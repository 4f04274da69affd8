package targetinput

import "strings"

// template is an InputTemplate in pieces.
type template struct {
	// object says that it begins as one: in it, values are written as JSON. In all others, which may be a text or
	// an array, they are pasted as text.
	object bool
	pieces []piece
}

// piece of a template: text as it is, or a placeholder.
type piece struct {
	text string
	name string // of a placeholder, without < and >
	// inText and inKey say that a placeholder is within quotes, and that these are those of a member's name.
	inText, inKey bool
}

// parseTemplate takes a template to pieces. Joined they are the template.
func parseTemplate(text string) template {
	t := template{object: strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{")}
	var at position
	begin := 0
	for i := 0; i < len(text); {
		name := ""
		if text[i] == '<' {
			name = placeholder(text[i:])
		}
		if name == "" {
			at.read(text[i])
			i++
			continue
		}
		if begin < i {
			t.pieces = append(t.pieces, piece{text: text[begin:i]})
		}
		i += len(name) + len("<>")
		begin = i
		t.pieces = append(t.pieces, piece{text: "<" + name + ">", name: name, inText: at.inText, inKey: at.inText && at.isKey()})
	}
	if begin < len(text) {
		t.pieces = append(t.pieces, piece{text: text[begin:]})
	}
	return t
}

// placeholder is the name of the placeholder with which a text begins.
func placeholder(text string) string {
	name := text[1:]
	end := strings.IndexFunc(name, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.')
	})
	if end < 0 || name[end] != '>' {
		return ""
	}
	return name[:end]
}

// nulled is the template with null for each placeholder, which has to be JSON.
func (t template) nulled() string {
	var text strings.Builder
	for _, p := range t.pieces {
		if p.name != "" {
			text.WriteString("null")
		} else {
			text.WriteString(p.text)
		}
	}
	return text.String()
}

// position knows where in JSON a text has been read to.
type position struct {
	inText, escaped bool
	open            []byte // the brackets that are
	afterColon      bool
}

func (p *position) read(c byte) {
	switch {
	case p.escaped:
		p.escaped = false
	case p.inText && c == '\\':
		p.escaped = true
	case c == '"':
		p.inText = !p.inText
	case p.inText:
	case c == '{' || c == '[':
		p.open, p.afterColon = append(p.open, c), false
	case (c == '}' || c == ']') && len(p.open) > 0:
		p.open, p.afterColon = p.open[:len(p.open)-1], false
	case c == ':':
		p.afterColon = true
	case c == ',':
		p.afterColon = false
	}
}

// isKey tells whether a text that has begun is the name of a member.
func (p *position) isKey() bool {
	return len(p.open) > 0 && p.open[len(p.open)-1] == '{' && !p.afterColon
}
