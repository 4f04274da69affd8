package operation

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// changesFrom notes what an update is about to change. Where the update before has failed, it is not sure what the resource has:
// what that one was to change is changed again, as handlers call nothing for what stays as it is.
func changesFrom(p *cloudformation.Physical, properties *document.Value, tags []cloudformation.Tag) {
	before, beforeTags := p.Previous, p.PreviousTags
	p.Previous, p.PreviousTags = p.Properties, p.Tags
	if before == nil {
		return
	}
	p.Previous = unsure(before, p.Properties, properties)
	if slices.Equal(p.Tags, tags) {
		p.PreviousTags = beforeTags
	}
}

// unsure are the properties that an update changes from, after one to asked has failed: where asked is what is wanted now, those
// before.
func unsure(before, asked, wanted *document.Value) *document.Value {
	made := &document.Value{Kind: document.Map}
	for _, m := range members(asked) {
		if !m.Value.Equal(wanted.Get(m.Name)) {
			made.Members = append(made.Members, m)
		} else if old := before.Get(m.Name); old != nil {
			made.Members = append(made.Members, document.Member{Name: m.Name, Value: old})
		}
	}
	for _, m := range members(before) {
		if asked.Get(m.Name) == nil && wanted.Get(m.Name) == nil {
			made.Members = append(made.Members, m)
		}
	}
	return made
}

func members(v *document.Value) []document.Member {
	if v == nil {
		return nil
	}
	return v.Members
}
