package policy

import "reflect"

// Bytes of what a compiled document is made of.
var (
	sizeOfStatement = size[statement]() + size[*statement]() + size[string]()
	sizeOfPattern   = size[pattern]() + 2*size[string]()
)

func size[T any]() int { return int(reflect.TypeFor[T]().Size()) }

// size is about how many bytes a compiled document has, which may be many times as many as its text has.
func (p *Policy) size() int {
	n := size[Policy]()
	for _, s := range p.statements {
		n += sizeOfStatement + len(s.label)
		n += s.actions.size() + sizeOf(s.resources)
		for j := range s.principals {
			n += size[principal]() + size[string]() + len(s.principals[j].name)
		}
		for j := range s.conditions {
			c := &s.conditions[j]
			n += size[condition]() + size[Condition]() + len(c.written.Operator) + 2*len(c.written.Key)
			for k := range c.operand {
				n += size[operand]() - size[pattern]() + c.operand[k].text.size() + len(c.written.Values[k])
			}
		}
	}
	return n
}

func (a *actions) size() int {
	n := sizeOf(a.ofAny)
	for i := range a.ofService {
		n += size[serviceActions]() + len(a.ofService[i].service) + sizeOf(a.ofService[i].patterns)
	}
	return n
}

func sizeOf(list []pattern) (n int) {
	for i := range list {
		n += list[i].size()
	}
	return n
}

func (p *pattern) size() int {
	n := sizeOfPattern + 2*len(p.text) + 4*len(p.sign)
	for _, piece := range p.pieces {
		n += size[string]() + 2*len(piece)
	}
	for i := range p.parts {
		piece := &p.parts[i]
		n += size[part]() + 2*len(piece.text) + len(piece.variable) + 4*len(piece.sign)
	}
	return n
}
