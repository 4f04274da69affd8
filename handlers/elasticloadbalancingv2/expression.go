package elasticloadbalancingv2

import "regexp"

// expression reports whether AWS takes a regular expression, and Go can read it. Neither has
// look-around, back references, atomic groups, possessive quantifiers and recursion; AWS has no
// classes of Unicode either. Source: Application Load Balancers guide, listener rules.
func expression(text string) bool {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++
		if text[i] == 'p' || text[i] == 'P' {
			return false
		}
	}
	_, err := regexp.Compile(text)
	return err == nil
}
