package document

// Overhead is how many bytes a value takes beside its text, about.
const Overhead = 96

// Size is how many bytes a value takes, about: what Overhead says for each value in it, their texts and names.
func (v *Value) Size() (n int) {
	v.Walk(func(each *Value) bool {
		n += len(each.Text) + Overhead
		for _, m := range each.Members {
			n += len(m.Name)
		}
		return true
	})
	return n
}

// Calls goes through all calls in a value, the outer ones first.
func (v *Value) Calls(yield func(*Value) bool) {
	v.Walk(func(each *Value) bool { return each.Kind != Call || yield(each) })
}

// Walk goes through a value and all that it has. It returns false if yield has.
func (v *Value) Walk(yield func(*Value) bool) bool {
	if v == nil {
		return true
	}
	if !yield(v) {
		return false
	}
	for _, item := range v.Items {
		if !item.Walk(yield) {
			return false
		}
	}
	for _, m := range v.Members {
		if !m.Value.Walk(yield) {
			return false
		}
	}
	return true
}

// Each returns the value with what by makes of its items and members: the value itself if they stay the same. What has become
// None is left out of lists and maps.
func (v *Value) Each(by func(*Value) (*Value, error)) (*Value, error) {
	made, changed := *v, false
	for i, item := range v.Items {
		got, err := by(item)
		if err != nil {
			return nil, err
		}
		gone := got.Kind == None && v.Kind != Call
		if !changed && (gone || got != item) {
			changed = true
			made.Items = append(make([]*Value, 0, len(v.Items)), v.Items[:i]...)
		}
		if changed && !gone {
			made.Items = append(made.Items, got)
		}
	}
	members, err := v.eachMember(by)
	if err != nil {
		return nil, err
	}
	if !changed && members == nil {
		return v, nil
	}
	if members != nil {
		made.Members = members
	}
	return &made, nil
}

// eachMember are the members that by makes, nil if they stay the same.
func (v *Value) eachMember(by func(*Value) (*Value, error)) (made []Member, err error) {
	for i, m := range v.Members {
		got, err := by(m.Value)
		if err != nil {
			return nil, err
		}
		gone := got.Kind == None && v.Kind != Call
		if made == nil && (gone || got != m.Value) {
			made = append(make([]Member, 0, len(v.Members)), v.Members[:i]...)
		}
		if made != nil && !gone {
			made = append(made, Member{m.Name, m.At, got})
		}
	}
	return made, nil
}
