package policy

// Match is a statement that applies to a request.
type Match struct {
	Source    int // place of its policy among the sources
	Statement int // place in the document, from 0; -1 of a document that cannot be evaluated, which denies
	Denies    bool
}

// Matches are all statements of a layer's policies that apply to a request, in their order, where Decide stops at the first
// that decides: the policy simulator tells all of them (AC48). A principal without permissions boundary is assumed.
func Matches(r Request, l Layer, sources []Source) (list []Match) {
	if r.Keys == nil {
		r.Keys = Known(nil)
	}
	e := evaluation{request: &r}
	for i, source := range sources {
		switch {
		case source.Policy == nil:
		case source.Policy.err != nil:
			list = append(list, Match{Source: i, Statement: -1, Denies: true})
		default:
			for j, s := range source.Policy.statements {
				if lacks, _, _ := e.applies(s, l); lacks == LacksNothing {
					list = append(list, Match{Source: i, Statement: j, Denies: s.denies})
				}
			}
		}
	}
	return list
}
