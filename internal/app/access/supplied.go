package access

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/accesskeys"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Stored has the log tell of a policy, by its name for people, whose statements have condition keys that no request supplies:
// such a condition can never hold, or always does.
func (c *Control) Stored(name, document string) {
	p := policy.Compile(document)
	if p.Err() != nil {
		return
	}
	var told []string
	for _, s := range p.Unsupplied(c.supplied()) {
		told = append(told, "statement "+s.Statement+": "+strings.Join(s.Keys, ", "))
	}
	if len(told) > 0 {
		c.Log.Warn("the policy has condition keys that the emulator never supplies for the actions of their statements", "policy", name, "keys", strings.Join(told, "; "))
	}
}

// neverSupplied tells of keys whether no request for an action has them.
func (c *Control) neverSupplied(action string) func(key string) bool {
	keys, known := c.supplied()(action)
	return func(key string) bool { return known && !keys.Has(strings.ToLower(key)) }
}

// supplied tells which keys requests for actions have. The table is made when a policy first asks.
func (c *Control) supplied() func(actionPattern string) (policy.KeySet, bool) {
	c.suppliedOnce.Do(func() {
		table := map[string]policy.KeySet{}
		for actions, s := range c.services {
			addSupplied(table, actions, s)
		}
		c.suppliedBy = policy.SuppliedBy(table)
	})
	return c.suppliedBy
}

// addSupplied adds the actions of a service, and the actions of others that its operations ask for on the way.
func addSupplied(table map[string]policy.KeySet, actions string, s *awsapi.Service) {
	add := func(action string, keys []string) {
		action = strings.ToLower(action)
		if table[action] == nil {
			table[action] = policy.KeySet{}
			service, _, _ := strings.Cut(action, ":")
			keys = append(append(keys, accesskeys.OfCallers()...), "aws:resourcetag/", service+":resourcetag/")
		}
		for _, key := range keys {
			table[action][strings.ToLower(key)] = true
		}
	}
	for _, o := range s.Operations {
		shape := s.AccessShape(o)
		var keys []string
		for _, k := range shape.Keys {
			keys = append(keys, strings.TrimSuffix(k.Name, "${TagKey}")) // aws:RequestTag/${TagKey} is each of such keys
		}
		if shape.AsksItself { // its row need not say what its method asks
			keys = append(keys, accesskeys.OfService(actions)...)
			keys = append(keys, "aws:requesttag/", "aws:tagkeys")
		}
		add(actions+":"+o.Name, keys)
		for _, wants := range shape.Wants {
			action, _, _ := strings.Cut(wants, " on ")
			switch service, _, is := strings.Cut(action, ":"); {
			case is && service == actions:
				add(action, keys)
			case is: // which of its keys it gets is not told, but it gets no others
				add(action, accesskeys.OfService(service))
			}
		}
	}
	if actions == "sts" { // what AssumeRole and its kin ask of trust policies on the way, with the claims of identity providers
		for _, name := range []string{"AssumeRole", "AssumeRoleWithWebIdentity", "GetFederationToken", "TagSession", "SetSourceIdentity"} {
			add("sts:"+name, append(accesskeys.OfService("sts"), "aws:requesttag/", "aws:tagkeys", ":sub", ":aud", ":amr", ":azp", ":oaud"))
		}
	}
}
