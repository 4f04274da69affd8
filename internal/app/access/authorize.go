package access

import (
	"cmp"
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Authorize decides what a caller wants; see awsapi.Authorizer. The first that it may not is named (AC34).
func (c *Control) Authorize(ctx context.Context, call awsapi.Call, wants []awsapi.Access) error {
	if call.IsRoot() && apiclient.IsOwn(ctx) {
		return nil // the emulator's own work, which is no caller's
	}
	tx := c.Store.Read()
	who := c.principalOf(tx, &call)
	keys := &callKeys{call: &call, who: &who, now: c.Now()}
	for i := range wants {
		if denied := c.decide(keys, &wants[i]); denied != nil {
			if c.enforces() {
				return denied
			}
			c.Log.Warn("the call would be denied", "requestId", call.RequestID, "reason", denied.Error())
		}
	}
	return nil
}

// decide decides one thing, and has it remembered.
func (c *Control) decide(keys *callKeys, wants *awsapi.Access) *awsapi.Denied {
	request := policy.Request{
		Action: wants.Action, Resource: wants.Resource, Principal: keys.who.Principal, Keys: c.keysOf(keys, wants),
	}
	policies := keys.who.policies
	if wants.Trust != nil {
		policies.Resource, policies.Trust = []policy.Source{*wants.Trust}, true
	} else {
		policies.Resource, policies.Bare = c.policiesOf(wants.Resource), serviceOf(wants.Resource) == "ecr"
	}
	d := policy.Decide(request, policies)
	denied := c.denial(keys, wants, d)
	c.remember(keys, wants, d, func() decision.Explanation {
		request.Keys = c.keysOf(keys, wants) // as others may explain it at the same time
		return decision.Explain(request, policies)
	})
	return denied
}

func (c *Control) keysOf(call *callKeys, wants *awsapi.Access) policy.Keys {
	return &accessKeys{callKeys: call, access: *wants, find: c.tagsOf}
}

// remember keeps a decision for people.
func (c *Control) remember(keys *callKeys, wants *awsapi.Access, d policy.Decision, explain func() decision.Explanation) {
	call := keys.call
	kept := Decision{
		RequestID: call.RequestID, Time: keys.now, Principal: call.Principal(), Account: call.Account, Region: call.Region,
		Action: wants.Action, Resource: wants.Resource, Decision: decision.Allowed, Layer: d.Layer.String(),
		Policy: d.Policy, Statement: d.Statement, Service: call.Service, Operation: call.Operation, Role: call.Caller.RoleARN, Explain: explain,
	}
	if passed := wants.Keys["iam:passedtoservice"].Texts; len(passed) == 1 {
		kept.PassedTo = passed[0]
	}
	if !d.Allowed {
		kept.Decision, kept.Enforced, kept.Reason = decision.Denied, c.enforces(), d.Because(wants.Action)
	}
	c.Decisions.Record(kept)
}

// denial is the refusal that follows from a decision, nil if it allows.
func (c *Control) denial(keys *callKeys, wants *awsapi.Access, d policy.Decision) *awsapi.Denied {
	if d.Allowed {
		return nil
	}
	return &awsapi.Denied{
		Encoded:   func() string { return c.encoded(keys, wants, d) },
		Principal: keys.call.Principal(), Action: wants.Action, Resource: cmp.Or(wants.Named, wants.Resource), Because: d.Because(wants.Action),
	}
}
