package policytext

// Stored is told of each policy that is stored, by its name for people, with its document. Nil: nothing is.
type Stored func(name, document string)

// Tell tells of a policy that a request has brought, if there was no error.
func (s Stored) Tell(err error, name string, document *string) {
	if err == nil && s != nil && document != nil {
		s(name, *document)
	}
}
