package access

import (
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// encoded is the message that EC2's refusals carry (AC14), empty if it cannot be sealed: the refusal stands without it.
func (c *Control) encoded(keys *callKeys, wants *awsapi.Access, d policy.Decision) string {
	text, err := c.Issuer.Sessions.SealMessage(messageOf(keys, wants, d))
	if err != nil {
		c.Log.Error("cannot seal an authorization message", "requestId", keys.call.RequestID, "error", err)
	}
	return text
}

func messageOf(keys *callKeys, wants *awsapi.Access, d policy.Decision) sts.AuthorizationMessage {
	call := keys.call
	m := sts.AuthorizationMessage{ExplicitDeny: d.Explicit, Context: sts.MessageContext{
		Principal: sts.MessagePrincipal{ID: call.Caller.UserID, ARN: call.Principal()},
		Action:    wants.Action, Resource: wants.Resource,
	}}
	if call.Caller.RoleARN == "" {
		m.Context.Principal.Name = arn.Name(call.Principal())
	}
	if d.Explicit {
		m.MatchedStatements = append(m.MatchedStatements, sts.MatchedStatement{
			StatementID: d.Statement, Effect: "DENY", Principals: sts.MessageValues(keys.who.ID), Actions: sts.MessageValues(wants.Action),
			Resources: sts.MessageValues(wants.Resource),
		})
	}
	for _, name := range slices.Sorted(maps.Keys(wants.Keys)) {
		m.Context.Conditions = append(m.Context.Conditions, sts.MessageCondition{Key: name, Values: sts.MessageValues(wants.Keys[name].Texts...)})
	}
	return m
}
