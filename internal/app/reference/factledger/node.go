package factledger

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode"
)

// node is a member of a body, once for each time that it is there.
type node struct {
	path       string
	start, end int  // of the member with its name, or of its element
	from, to   int  // of its value
	leaf       bool // its value has no members
}

// found walks through a body along a shape. What the shape does not have, is left out.
type found struct {
	body  []byte
	at    int
	nodes []node
}

var errBody = errors.New("not a body of the protocol")

// nodes are the members that a body has: JSON, or XML if it begins like that.
func nodes(body []byte, s *Shape) []node {
	f := &found{body: body}
	var err error
	if trimmed := bytes.TrimLeft(body, " \r\n\t"); len(trimmed) > 0 && trimmed[0] == '<' {
		err = f.xml(s)
	} else if len(trimmed) > 0 {
		err = f.value(s, "")
	}
	if err != nil {
		return nil
	}
	return f.nodes
}

func (f *found) space() {
	for f.at < len(f.body) && strings.IndexByte(" \r\n\t", f.body[f.at]) >= 0 {
		f.at++
	}
}

// take steps over one byte if it is next, which may follow space.
func (f *found) take(c byte) bool {
	f.space()
	if f.at < len(f.body) && f.body[f.at] == c {
		f.at++
		return true
	}
	return false
}

// text steps over a string of JSON.
func (f *found) text() (string, error) {
	if !f.take('"') {
		return "", errBody
	}
	start := f.at
	for ; f.at < len(f.body); f.at++ {
		switch f.body[f.at] {
		case '\\':
			f.at++
		case '"':
			f.at++
			return string(f.body[start : f.at-1]), nil
		}
	}
	return "", errBody
}

// value steps over a value of JSON at a path.
func (f *found) value(s *Shape, path string) error {
	f.space()
	if f.at >= len(f.body) {
		return errBody
	}
	switch f.body[f.at] {
	case '{':
		return f.object(s, path)
	case '[':
		return f.array(s, path)
	case '"':
		_, err := f.text()
		return err
	}
	start := f.at
	for f.at < len(f.body) && strings.IndexByte(",]} \r\n\t", f.body[f.at]) < 0 {
		f.at++
	}
	if f.at == start {
		return errBody
	}
	return nil
}

func (f *found) object(s *Shape, path string) error {
	f.at++
	for !f.take('}') {
		f.space()
		start := f.at
		name, err := f.text()
		if err != nil {
			return err
		}
		if !f.take(':') {
			return errBody
		}
		f.space()
		inner, below, known := s.below(path, name)
		i := len(f.nodes)
		if known {
			f.nodes = append(f.nodes, node{path: below, start: start, from: f.at})
		}
		if err := f.value(inner, below); err != nil {
			return err
		}
		if known && s.element == nil {
			f.nodes[i].end, f.nodes[i].to, f.nodes[i].leaf = f.at, f.at, inner.members == nil && inner.element == nil
		} else if known { // a key of a map is no member
			f.nodes = append(f.nodes[:i], f.nodes[i+1:]...)
		}
		f.take(',')
	}
	return nil
}

func (f *found) array(s *Shape, path string) error {
	f.at++
	inner := &Shape{}
	if s.element != nil {
		inner = s.element
	}
	for !f.take(']') {
		if err := f.value(inner, path+"[]"); err != nil {
			return err
		}
		f.take(',')
	}
	return nil
}

// below is the shape of a member of s, or of what a key of the map s has.
func (s *Shape) below(path, name string) (inner *Shape, below string, known bool) {
	if s.element != nil {
		return s.element, path + "{}", true
	}
	m := s.member(name)
	if m == nil {
		return &Shape{}, "", false
	}
	return m.shape, join(path, m.name), true
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// xml reads <XResponse><XResult>…, or EC2's <XResponse>….
func (f *found) xml(s *Shape) error {
	d := xml.NewDecoder(bytes.NewReader(f.body))
	for depth := 0; ; {
		start := int(d.InputOffset())
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			name := e.Name.Local
			if depth == 0 && strings.HasSuffix(name, "Response") || depth == 1 && strings.HasSuffix(name, "Result") && s.member(name) == nil {
				depth++
				continue
			}
			if err := f.element(d, s, "", name, start); err != nil {
				return err
			}
		case xml.EndElement:
			depth--
		}
	}
}

// element reads an element that has begun, of a structure, a list or a map.
func (f *found) element(d *xml.Decoder, s *Shape, path, name string, start int) error {
	inner, below, known := &Shape{}, "", false
	switch {
	case s.element != nil && s.list && (name == "member" || name == "item" || name == "entry"):
		inner, below = s.element, path+"[]"
	case s.element != nil && !s.list && name == "entry":
		inner, below = s, path // its key and its value follow
	case s.element != nil && !s.list && name == "value":
		inner, below = s.element, path+"{}"
	case s.element == nil:
		inner, below, known = s.below(path, name)
		if known && inner.list && inner.element.element == nil && inner.element.members != nil && flat(f.body, int(d.InputOffset())) {
			inner, below = inner.element, below+"[]"
		}
	}
	i := len(f.nodes)
	if known {
		f.nodes = append(f.nodes, node{path: strings.TrimSuffix(below, "[]"), start: start, from: int(d.InputOffset())})
	}
	for {
		at := int(d.InputOffset())
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			if err := f.element(d, inner, below, e.Name.Local, at); err != nil {
				return err
			}
		case xml.EndElement:
			if known {
				f.nodes[i].to, f.nodes[i].end = at, int(d.InputOffset())
				f.nodes[i].leaf = inner.members == nil && inner.element == nil
			}
			return nil
		}
	}
}

// flat says that a list has no element around its entries: what begins in it is none.
func flat(body []byte, at int) bool {
	rest := strings.TrimLeftFunc(string(body[at:min(len(body), at+200)]), unicode.IsSpace)
	return !strings.HasPrefix(rest, "<member>") && !strings.HasPrefix(rest, "<item>") && !strings.HasPrefix(rest, "<entry>") && !strings.HasPrefix(rest, "</") && rest != ""
}

// formPaths are the members that a form sends: A.member.1.B, or EC2's A.1.B.
func formPaths(form map[string][]string, s *Shape) []string {
	var paths []string
	for key := range form {
		inner, path := s, ""
		for part := range strings.SplitSeq(key, ".") {
			switch {
			case part == "member" || part == "entry" || part == "key" || part == "Key" && inner.element != nil && !inner.list:
				continue
			case part == "value" && inner.element != nil || strings.Trim(part, "0123456789") == "":
				if inner.element != nil {
					mark := "{}"
					if inner.list {
						mark = "[]"
					}
					inner, path = inner.element, path+mark
				}
				continue
			}
			m := inner.member(part)
			if m == nil {
				path = ""
				break
			}
			inner, path = m.shape, join(path, m.name)
			paths = append(paths, path)
		}
	}
	return paths
}
