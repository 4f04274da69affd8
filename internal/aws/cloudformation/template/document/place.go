package document

// Place is a part of a value, by its path without places in lists: "A.B".
type Place struct {
	Path string
	At   Position
}

// Places are the parts that a function chooses by their paths, in the order of the value. Below one that is chosen it does not look,
// nor in a branch of Fn::If that may not count.
func (v *Value) Places(chosen func(path string) bool) (list []Place) {
	v.places("", chosen, &list)
	return list
}

func (v *Value) places(path string, chosen func(string) bool, list *[]Place) {
	if v == nil || v.Kind == Call && v.Text == "Fn::If" {
		return
	}
	for _, item := range v.Items {
		item.places(path, chosen, list)
	}
	for _, m := range v.Members {
		at := m.Name
		if path != "" {
			at = path + "." + m.Name
		}
		if chosen(at) {
			*list = append(*list, Place{at, m.At})
			continue
		}
		m.Value.places(at, chosen, list)
	}
}
