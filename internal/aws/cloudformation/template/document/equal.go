package document

import "slices"

// Equal is whether two values come to the same for AWS, for which 5 and "5" do (CFN-28).
func (v *Value) Equal(other *Value) bool {
	if v == nil || other == nil {
		return v == other
	}
	if v.Scalar() && other.Scalar() {
		return v.Text == other.Text
	}
	if v.Kind != other.Kind || v.Text != other.Text || len(v.Members) != len(other.Members) {
		return false
	}
	return slices.EqualFunc(v.Items, other.Items, (*Value).Equal) && v.equalMembers(other)
}

// equalMembers compares members, which mostly have the same order.
func (v *Value) equalMembers(other *Value) bool {
	same := 0
	for same < len(v.Members) && v.Members[same].Name == other.Members[same].Name {
		same++
	}
	var others map[string]*Value
	if same < len(v.Members) {
		others = other.Index()
	}
	for i, m := range v.Members {
		got := other.Members[i].Value
		if i >= same {
			got = others[m.Name]
		}
		if got == nil || !m.Value.Equal(got) {
			return false
		}
	}
	return true
}

// Index has the members of a Map by their names: for many look-ups, where Get would go through all of them each time.
func (v *Value) Index() map[string]*Value {
	if v == nil || v.Kind != Map && v.Kind != Call {
		return nil
	}
	index := make(map[string]*Value, len(v.Members))
	for _, m := range v.Members {
		index[m.Name] = m.Value
	}
	return index
}
