package query

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// Read reads an answer of an operation, as clients do, into v, a pointer to a zero value of its output. Elements that are no
// members are skipped, as is what surrounds the members. The error is a *[TypeError], or says that the answer is no XML of an answer.
func (c *Codec) Read(answer []byte, v any) error {
	rv := reflect.ValueOf(v).Elem()
	r := reader{xml.NewDecoder(bytes.NewReader(answer))}
	root, err := r.start()
	if err != nil {
		return fmt.Errorf("read an answer: %w", err)
	}
	action, isAnswer := strings.CutSuffix(root, "Response")
	if !isAnswer {
		return fmt.Errorf("read an answer: it is a %.100s", root)
	}
	if c.rules.EC2 {
		return r.structure(c.plan(rv.Type()), rv)
	}
	return r.each(func(name string) error {
		if name == action+"Result" {
			return r.structure(c.plan(rv.Type()), rv)
		}
		return r.xml.Skip()
	})
}

// reader reads the elements of an answer.
type reader struct{ xml *xml.Decoder }

// start is the name of the outermost element.
func (r reader) start() (string, error) {
	for {
		token, err := r.xml.Token()
		if err != nil {
			return "", err
		}
		if element, ok := token.(xml.StartElement); ok {
			return element.Name.Local, nil
		}
	}
}

// each calls do for each element in the one that has begun, which do has to read to its end, and then ends itself.
func (r reader) each(do func(name string) error) error {
	for {
		token, err := r.xml.Token()
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if err := do(token.Name.Local); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// text is what stands in the element that has begun, without elements in it.
func (r reader) text() (string, error) {
	var text strings.Builder
	for {
		token, err := r.xml.Token()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.CharData:
			text.Write(token)
		case xml.StartElement:
			if err := r.xml.Skip(); err != nil {
				return "", err
			}
		case xml.EndElement:
			return text.String(), nil
		}
	}
}

func (r reader) structure(n *node, v reflect.Value) error {
	return r.each(func(name string) error {
		i, found := n.byElement[name]
		if !found {
			return r.xml.Skip()
		}
		f := &n.fields[i]
		member := v.Field(f.index)
		switch {
		case f.flat && f.node.op == opList:
			return r.entry(f.node, member, name)
		case f.flat && f.node.op == opMap:
			return r.pair(f.node, member, name)
		}
		return r.value(f.node, member, name)
	})
}

// value reads the element of a name that has begun.
func (r reader) value(n *node, v reflect.Value, name string) error {
	switch n.op {
	case opPointer:
		v.Set(reflect.New(v.Type().Elem()))
		return r.value(n.elem, v.Elem(), name)
	case opStruct:
		return r.structure(n, v)
	case opList:
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		return r.each(func(name string) error { return r.entry(n, v, name) })
	case opMap:
		v.Set(reflect.MakeMap(v.Type()))
		return r.each(func(name string) error { return r.pair(n, v, name) })
	}
	text, err := r.text()
	if err != nil {
		return err
	}
	return scalar(n, v, &parameter{name, text})
}

// entry reads one more entry of a list.
func (r reader) entry(n *node, list reflect.Value, name string) error {
	list.Set(reflect.Append(list, reflect.Zero(list.Type().Elem())))
	return r.value(n.elem, list.Index(list.Len()-1), name)
}

// pair reads one more entry of a map.
func (r reader) pair(n *node, m reflect.Value, name string) error {
	if m.IsNil() {
		m.Set(reflect.MakeMap(m.Type()))
	}
	key, value := reflect.New(m.Type().Key()).Elem(), reflect.New(m.Type().Elem()).Elem()
	err := r.each(func(part string) error {
		switch part {
		case "key":
			return r.value(stringNode, key, name)
		case "value":
			return r.value(n.elem, value, name)
		}
		return r.xml.Skip()
	})
	if err == nil {
		m.SetMapIndex(key, value)
	}
	return err
}
