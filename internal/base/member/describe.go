package member

import "strings"

// Describe says in words for users what becomes of the member, and the note on it.
func (r *Row) Describe() (fate, note string) {
	switch {
	case r.Words != "":
		return "refused, as by AWS", r.Words
	case r.only != nil:
		return "acts if it is `" + strings.Join(r.only, "` or `") + "`, refused otherwise", r.Note
	case r.Fate == Kept:
		return "kept without effect", r.Note
	}
	return string(r.Fate), r.Note
}
