package access

import (
	"cmp"
	"context"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
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
	decided, denied := c.decide(&callKeys{call: &call, who: &who, now: c.Now()}, wants)
	who.granted = nil // what is kept of the call needs no more of it
	c.Decisions.Record(decided...)
	if denied != nil {
		return denied
	}
	return nil
}

// decide decides one thing after the other, up to the first that is refused.
func (c *Control) decide(call *callKeys, wants []awsapi.Access) (decided []decision.Recorded, _ *awsapi.Denied) {
	questions := make([]question, len(wants))
	decided = make([]decision.Recorded, 0, len(wants))
	for i := range wants {
		q := &questions[i]
		*q = question{callKeys: call, control: c, wants: &wants[i], resource: c.policiesOf(&wants[i])}
		d := q.decide()
		if d.Missing != "" && c.told.IsNew(d.Missing) {
			c.Log.Warn("the emulator does not have the document of a policy, which therefore allows nothing", "policy", d.Missing)
		}
		q.decided = d
		decided = append(decided, q)
		switch denied := c.denial(call, q.wants, d); {
		case denied == nil:
		case c.enforces():
			return decided, denied
		default:
			c.Log.Warn("the call would be denied", "requestId", call.call.RequestID, "reason", denied.Error())
		}
	}
	return decided, nil
}

// question is one thing that a call wants, and its condition keys. Once it is decided it does not change, as others may have it
// explained at the same time.
type question struct {
	*callKeys
	control  *Control
	wants    *awsapi.Access
	resource []policy.Source // policies of the resource, or the trust policy
	tags     *[]tagging.Tag  // of the resource, once a policy has asked for one
	asked    bool            // for any key
	decided  *policy.Decision
}

// decide decides by what is kept, or else with the keys that policies ask for.
func (q *question) decide() *policy.Decision {
	granted := q.who.granted
	alone := granted != nil && q.resource == nil && q.who.policies.Session == nil
	question := asked{granted, q.who.Account, q.wants.Action, q.wants.Resource}
	if alone {
		if kept := q.control.grants.answer(question); kept != nil {
			return kept
		}
	}
	policies := q.policies()
	if granted != nil {
		policies.Identity = granted.narrow(q.wants.Action)
	}
	d := policy.Decide(q.request(q), policies)
	if q.wants.Trust != nil {
		d.Missing = "" // it is the role that is not there
	}
	if alone && !q.asked {
		q.control.grants.keep(question, &d)
	}
	return &d
}

func (q *question) request(keys policy.Keys) policy.Request {
	return policy.Request{Action: q.wants.Action, Resource: q.wants.Resource, Principal: q.who.Principal, Keys: keys}
}

// policies are all that count.
func (q *question) policies() policy.Policies {
	policies := q.who.policies
	policies.Resource, policies.Trust = q.resource, q.wants.Trust != nil
	policies.Bare = !policies.Trust && serviceOf(q.wants.Resource) == "ecr"
	return policies
}

// explain decides again by the keys that the decision had: it asks for the same ones.
func (q *question) explain() decision.Explanation {
	again := *q
	explanation := decision.Explain(q.request(&again), q.policies())
	explanation.Never = q.control.neverSupplied(q.wants.Action)
	return explanation
}

// Counts implements [decision.Recorded].
func (q *question) Counts() (call decision.Call, denied bool) {
	return decision.Call{Service: q.call.Service, Operation: q.call.Operation}, !q.decided.Allowed
}

// Tell implements [decision.Recorded].
func (q *question) Tell() Decision {
	call, wants, d := q.call, q.wants, q.decided
	told := Decision{
		RequestID: call.RequestID, Time: q.now, Principal: call.Principal(), Account: call.Account, Region: call.Region,
		Action: wants.Action, Resource: wants.Resource, Decision: decision.Allowed, Layer: d.Layer.String(),
		Policy: d.Policy, Statement: d.Statement, Service: call.Service, Operation: call.Operation, Role: call.Caller.RoleARN, Explain: q.explain,
	}
	if passed := wants.Keys["iam:passedtoservice"].Texts; len(passed) == 1 {
		told.PassedTo = passed[0]
	}
	if !d.Allowed {
		told.Decision, told.Enforced, told.Reason = decision.Denied, q.control.enforces(), d.Because(wants.Action)
		if d.Missing != "" {
			told.Reason = strings.TrimSpace(told.Reason + "; the emulator does not have the document of " + d.Missing + ", which therefore allows nothing")
		}
	}
	return told
}

// denial is the refusal that follows from a decision, nil if it allows.
func (c *Control) denial(keys *callKeys, wants *awsapi.Access, d *policy.Decision) *awsapi.Denied {
	if d.Allowed {
		return nil
	}
	return &awsapi.Denied{
		Encoded:   func() string { return c.encoded(keys, wants, *d) },
		Principal: keys.call.Principal(), Action: wants.Action, Resource: cmp.Or(wants.Named, wants.Resource), Because: d.Because(wants.Action),
	}
}
