package ec2

import "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"

// rule is of rules that are resources of their own. Such a rule is found by what it says, and what is there before is not the
// stack's: EC2 refuses a second one that says the same.
func rule(name string, egress bool) *handler.Type {
	return &handler.Type{
		Name:     name,
		Identity: handler.ByTags, // there are no tags
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			group, want, err := ruleAsked(t, egress)
			if err != nil {
				return nil, err
			}
			have, err := rulesOf(t, group)
			if err != nil {
				return nil, err
			}
			if id, _ := idOf(have, want); id != "" {
				return []handler.Found{{ID: id}}, nil
			}
			return nil, nil
		},
		Create: func(t *handler.Turn) error {
			group, want, err := ruleAsked(t, egress)
			if err != nil {
				return err
			}
			t.ID, err = authorize(t, group, want)
			return err
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("Id", &t.ID)
			return true, nil
		},
		Update: func(t *handler.Turn) error {
			group, want, err := ruleAsked(t, egress)
			if err != nil || !t.Changed("Description") {
				return err
			}
			return describe(t, group, t.ID, want)
		},
		Delete: func(t *handler.Turn) error {
			group, err := groupAsked(t)
			if err != nil {
				return err
			}
			return revoke(t, group, []string{t.ID}, egress)
		},
	}
}

func ruleAsked(t *handler.Turn, egress bool) (group string, r permission, err error) {
	if group, err = groupAsked(t); err != nil {
		return "", permission{}, err
	}
	r, err = ruleOf(t, t.Properties, egress)
	return group, r, err
}

// groupAsked is the group that has the rule. A name is of the default VPC.
func groupAsked(t *handler.Turn) (string, error) {
	if group := t.Text("GroupId"); group != "" {
		return group, nil
	}
	if name := t.Text("GroupName"); name != "" {
		return groupNamed(t, name)
	}
	return "", handler.Failed(handler.InvalidRequest, "Either GroupId or GroupName must be specified") // a guess
}
