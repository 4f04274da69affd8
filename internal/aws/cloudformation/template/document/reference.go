package document

// Reference is what a resource needs of another one: an attribute, or without one what Ref is.
type Reference struct{ Resource, Attribute string }

// References are those that are left in a value, each once, in order.
func (v *Value) References() (list []Reference) {
	var had map[Reference]bool
	for call := range v.Calls {
		if r, is := call.Reference(); is && !had[r] {
			if had == nil {
				had = map[Reference]bool{}
			}
			had[r] = true
			list = append(list, r)
		}
	}
	return list
}

// Reference is what a call of Ref or Fn::GetAtt names.
func (v *Value) Reference() (r Reference, is bool) {
	switch {
	case v.Text == "Ref":
		return Reference{Resource: v.Items[0].Text}, true
	case v.Text == "Fn::GetAtt":
		return Reference{v.Items[0].Text, v.Items[1].Text}, true
	default:
		return Reference{}, false
	}
}
