package awsapi

import (
	"cmp"
	"fmt"
)

// Asked returns what a call of an operation asks before its method runs, for tests: in is a pointer to its input. It panics
// for an operation that the service has not.
func (s *Service) Asked(call Call, operation string, in any) []Access {
	for _, o := range s.Operations {
		if o.Name != operation {
			continue
		}
		if row := s.asking(cmp.Or(s.Actions, s.Name), o).row; row != nil {
			return row.asks(call, in)
		}
		return nil
	}
	panic(fmt.Sprintf("%s has no operation %s", s.Name, operation))
}
