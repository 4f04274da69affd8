package eventbridge_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

const busARN = "arn:aws:events:eu-west-1:123456789012:event-bus/orders"

// policy of the bus orders.
func (s *scene) policy() string {
	s.T.Helper()
	return aws.ToString(apitest.OK(s.T, s.DescribeEventBus, &sdk.DescribeEventBusInput{Name: text("orders")}).Policy)
}

func stated(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func allows(id, principal, condition string) string {
	return `{"Sid":"` + id + `","Effect":"Allow","Principal":` + principal + `,"Action":"events:PutEvents","Resource":"` + busARN + `"` + condition + `}`
}

const account = `{"AWS":"arn:aws:iam::222222222222:root"}`

func TestPermissions(t *testing.T) {
	s := newScene(t)
	apitest.OK(t, s.CreateEventBus, &sdk.CreateEventBusInput{Name: text("orders")})
	put := func(id, principal string, c *types.Condition) {
		t.Helper()
		apitest.OK(t, s.PutPermission, &sdk.PutPermissionInput{EventBusName: text("orders"), Action: text("events:PutEvents"), Principal: &principal, StatementId: &id, Condition: c})
	}
	put("first", "111111111111", nil)
	put("first", "222222222222", nil)
	put("any", "*", &types.Condition{Type: text("StringEquals"), Key: text("aws:PrincipalOrgID"), Value: text("o-1234567890")})
	want := stated(allows("first", account, ""), allows("any", `"*"`, `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1234567890"}}`))
	if got := s.policy(); got != want {
		t.Errorf("policy\n%s, want\n%s", got, want)
	}
	apitest.OK(t, s.RemovePermission, &sdk.RemovePermissionInput{EventBusName: text("orders"), StatementId: text("any")})
	if got := s.policy(); got != stated(allows("first", account, "")) {
		t.Errorf("after one is gone: %s", got)
	}
	apitest.OK(t, s.PutPermission, &sdk.PutPermissionInput{EventBusName: text("orders"), Policy: text(stated(allows("full", `{"AWS":"222222222222"}`, "")))})
	if got := s.policy(); got != stated(allows("full", account, "")) {
		t.Errorf("replaced by a policy: %s", got)
	}
	for range 2 {
		apitest.OK(t, s.RemovePermission, &sdk.RemovePermissionInput{EventBusName: text("orders"), RemoveAllPermissions: true})
	}
	if got := s.policy(); got != "" {
		t.Errorf("after all are gone: %s", got)
	}
	apitest.Refused(t, s.PutPermission, &sdk.PutPermissionInput{EventBusName: text("none"), Action: text("events:PutEvents"), Principal: text("*"), StatementId: text("s")},
		"ResourceNotFoundException", "Event bus none does not exist.")
}

func TestRefusedPermissions(t *testing.T) {
	s := newScene(t)
	apitest.OK(t, s.CreateEventBus, &sdk.CreateEventBusInput{Name: text("orders")})
	with := func(kind, key, value string) *types.Condition {
		return &types.Condition{Type: &kind, Key: &key, Value: &value}
	}
	put, all, id := text("events:PutEvents"), text("*"), text("s")
	for want, in := range map[string]sdk.PutPermissionInput{
		"Parameter(s) Action must be specified.":                                                    {},
		"Parameter(s) Principal must be specified.":                                                 {Action: put, StatementId: id},
		"Parameter(s) StatementId must be specified.":                                               {Action: put, Principal: all},
		"Provided value in parameter 'action' is not supported.":                                    {Action: text("events:PutRule"), Principal: all, StatementId: id},
		"Provided value in parameter 'condition.type' is not supported.":                            {Action: put, Principal: all, StatementId: id, Condition: with("StringLike", "aws:PrincipalOrgID", "o-*")},
		"Provided value in parameter 'condition.key' is not supported.":                             {Action: put, Principal: all, StatementId: id, Condition: with("StringEquals", "events:source", "x")},
		"Provided value in parameter 'condition.value' is invalid.":                                 {Action: put, Principal: all, StatementId: id, Condition: with("StringEquals", "aws:PrincipalOrgID", "x")},
		"Action, Principal, StatementId and Condition could not be combined with Policy parameter.": {Policy: text("{}"), StatementId: id},
		"This policy contains invalid Json":                                                         {Policy: text("")},
		"This text appears not to be a policy":                                                      {Policy: text("null")},
		"Missing required field Version":                                                            {Policy: text("{}")},
		"Could not parse the policy: Statement is empty!":                                           {Policy: text(stated())},
		"Missing required field Sid":                                                                {Policy: text(stated(`{"Effect":"Allow","Principal":"*","Action":"events:PutEvents","Resource":"*"}`))},
		"Missing required field Resource":                                                           {Policy: text(stated(`{"Sid":"a","Effect":"Allow","Principal":"*","Action":"events:PutEvents"}`))},
		`The relative-id "event-bus/x" is invalid for ARN "arn:aws:events:eu-west-1:123456789012:event-bus/x"`: {
			Policy: text(strings.Replace(stated(allows("a", "1", "")), "bus/orders", "bus/x", 1))},
		"Invalid statement at line 1 column 38: Action field includes AWS services that are inconsistent with specified vendor": {
			Policy: text(strings.Replace(stated(allows("a", "1", "")), "events:PutEvents", "iam:ListUsers", 1))},
		`Invalid statement at line 1 column 38: The following action names are invalid: "events:NoSuchAction"`: {
			Policy: text(strings.Replace(stated(allows("a", "1", "")), "PutEvents", "NoSuchAction", 1))},
		"Invalid statement at line 1 column 215: The Statement Ids in the policy are not unique": {Policy: text(stated(allows("a", account, ""), allows("a", `"*"`, "")))},
	} {
		in.EventBusName = text("orders")
		apitest.Refused(t, s.PutPermission, &in, "ValidationException", want)
	}
	long := strings.Repeat("x", 10240)
	apitest.Refused(t, s.PutPermission, &sdk.PutPermissionInput{EventBusName: text("orders"), Policy: text(stated(allows(long, `"*"`, "")))},
		"PolicyLengthExceededException", "The policy of the event bus has more than 10240 characters.")
	for want, in := range map[string]sdk.RemovePermissionInput{
		"Parameter(s) StatementId must be specified.":           {},
		"StatementId could not be combined with All parameter.": {StatementId: id, RemoveAllPermissions: true},
	} {
		in.EventBusName = text("orders")
		apitest.Refused(t, s.RemovePermission, &in, "ValidationException", want)
	}
	apitest.Refused(t, s.RemovePermission, &sdk.RemovePermissionInput{EventBusName: text("orders"), StatementId: id},
		"ResourceNotFoundException", "Statement with the provided id does not exist.")
}
