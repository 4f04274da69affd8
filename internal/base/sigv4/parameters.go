package sigv4

import "slices"

// headerParameters are the parameters of an Authorization header: the three that there are without memory of their own, and
// the names of others.
type headerParameters struct {
	values [len(parameterNames)]string
	given  [len(parameterNames)]bool
	others []string
}

// parameterNames are in the order in which AWS misses them.
var parameterNames = [...]string{"Credential", "Signature", "SignedHeaders"}

const (
	credentialParameter = iota
	signatureParameter
	signedHeadersParameter
)

// add adds a parameter. ok is false if there is one of the name.
func (p *headerParameters) add(name, value string) (ok bool) {
	for i := range parameterNames {
		if parameterNames[i] == name {
			ok = !p.given[i]
			p.values[i], p.given[i] = value, true
			return ok
		}
	}
	if slices.Contains(p.others, name) {
		return false
	}
	p.others = append(p.others, name)
	return true
}

// eachField calls a function for what stands between commas and white space, until it returns an error.
func eachField(text string, take func(field string) error) error {
	for start, i := 0, 0; i <= len(text); i++ {
		if i < len(text) && text[i] != ',' && text[i] != ' ' && text[i] != '\t' {
			continue
		}
		if i > start {
			if err := take(text[start:i]); err != nil {
				return err
			}
		}
		start = i + 1
	}
	return nil
}
