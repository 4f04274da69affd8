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
func (c *Control) Authorize(ctx context.Context, call *awsapi.Call, wants []awsapi.Access) error {
	if call.IsRoot() && apiclient.IsOwn(ctx) {
		return nil // the emulator's own work, which is no caller's
	}
	tx := c.Store.Read()
	keys := &callKeys{control: c, call: call, who: c.principalOf(tx, call), now: c.Now()}
	decided, denied := c.decide(keys, wants)
	keys.who.granted = nil // what is kept of the call needs no more of it
	c.Decisions.Record(decided...)
	if denied != nil {
		return denied
	}
	return nil
}

// decide decides one thing after the other, up to the first that is refused.
func (c *Control) decide(call *callKeys, wants []awsapi.Access) (decided []decision.Recorded, _ *awsapi.Denied) {
	questions := c.questions(call, wants)
	decided = make([]decision.Recorded, 0, len(wants))
	for i := range questions {
		q := &questions[i]
		if q.decided == nil {
			q.decided = q.decide()
		}
		d := q.decided
		if d.Missing != "" && c.told.IsNew(d.Missing) {
			c.Log.Warn("the emulator does not have the document of a policy, which therefore allows nothing", "policy", d.Missing)
		}
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

// questions are what a call wants. Those are decided that the policies of the user or role have answered before.
func (c *Control) questions(call *callKeys, wants []awsapi.Access) []question {
	questions := make([]question, len(wants))
	find := policiesOfResources{of: c.services}
	for i := range wants {
		questions[i] = question{callKeys: call, wants: &wants[i]}
		if policies := find.policies(&wants[i]); policies != nil {
			questions[i].more = &considered{resource: policies}
		}
	}
	if call.who.granted != nil && call.who.policies.Session == nil {
		c.grants.answer(&call.who, questions)
	}
	return questions
}

// question is one thing that a call wants, and its condition keys. Once it is decided it does not change, as others may have it
// explained at the same time.
type question struct {
	*callKeys
	wants   *awsapi.Access
	decided *policy.Decision
	more    *considered // nil if what the call has alone counts
}

// considered is what counts for a decision beside the call.
type considered struct {
	resource []policy.Source // policies of the resource, or the trust policy
	tags     *[]tagging.Tag  // of the resource, once a policy has asked for one
	asked    bool            // for any key
}

// decide decides with the keys that policies ask for, and keeps what it decides if they ask for none.
func (q *question) decide() *policy.Decision {
	granted := q.who.granted
	if q.more == nil {
		q.more = &considered{}
	}
	policies := q.policies()
	if granted != nil {
		policies.Identity = granted.narrow(q.wants.Action)
	}
	d := policy.Decide(q.request(q), policies)
	if q.wants.Trust != nil {
		d.Missing = "" // it is the role that is not there
	}
	if granted != nil && q.more.resource == nil && q.who.policies.Session == nil && !q.more.asked {
		q.control.grants.keep(answerer{granted, q.who.Account, q.wants.Action}, q.wants.Resource, &d)
		q.more = nil
	}
	return &d
}

func (q *question) request(keys policy.Keys) policy.Request {
	return policy.Request{Action: q.wants.Action, Resource: q.wants.Resource, Principal: q.who.Principal, Keys: keys}
}

// policies are all that count.
func (q *question) policies() policy.Policies {
	policies := q.who.policies
	policies.Resource, policies.Trust = q.more.resource, q.wants.Trust != nil
	policies.Bare = !policies.Trust && serviceOf(q.wants.Resource) == "ecr"
	return policies
}

// explain decides again by the keys that the decision had: it asks for the same ones.
func (q *question) explain() decision.Explanation {
	again := *q
	again.more = &considered{}
	if q.more != nil {
		*again.more = *q.more
	}
	explanation := decision.Explain(q.request(&again), again.policies())
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
