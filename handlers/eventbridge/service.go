package eventbridge

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// codec names members as the model does, which has lower letters in structures that ECS has as well, and in exceptions.
var codec = wire.AsIs.Except(
	types.NetworkConfiguration{}, types.CapacityProviderStrategyItem{}, types.PlacementConstraint{}, types.PlacementStrategy{},
	types.InvalidEventPatternException{}, types.LimitExceededException{}, types.PolicyLengthExceededException{},
	types.ResourceAlreadyExistsException{}, types.ResourceNotFoundException{},
)

// maxBody has room for entries of PutEvents of the largest size, in which each byte is an escape of JSON.
const maxBody = 6 * maxEntries

// Service is the EventBridge API.
func (a *API) Service() awsapi.Service {
	return awsapi.Service{
		Name: "events", ID: sdk.ServiceID, Title: "Amazon EventBridge", Complete: true, Model: model, MaxBody: maxBody,
		Access: a.access(), Tags: a.tagsOf, Policies: a.policiesOf,
		Protocol: awsapi.JSON{TargetPrefix: "AWSEvents", Codec: codec},
		Operations: append([]awsapi.Operation{
			awsapi.Partial("CreateEventBus", "encryption, logging and partner event sources answer 501 NotImplementedException; a dead-letter queue is kept without effect", a.CreateEventBus),
			awsapi.Works("DescribeEventBus", "the default bus is there in each region", a.DescribeEventBus),
			awsapi.Works("ListEventBuses", "in pages", a.ListEventBuses),
			awsapi.Partial("UpdateEventBus", "as CreateEventBus", a.UpdateEventBus),
			awsapi.Works("DeleteEventBus", "if it has no rules", a.DeleteEventBus),
			awsapi.Partial("PutPermission", "kept without effect: every account may put events on every bus", a.PutPermission),
			awsapi.Works("RemovePermission", "", a.RemovePermission),

			awsapi.Partial("PutRule", "replaces a rule that is there; the number of rules has no bound, and events of CloudTrail do not come", a.PutRule),
			awsapi.Works("DescribeRule", "", a.DescribeRule),
			awsapi.Works("ListRules", "in pages", a.ListRules),
			awsapi.Works("EnableRule", "", a.EnableRule),
			awsapi.Works("DisableRule", "", a.DisableRule),
			awsapi.Works("DeleteRule", "if it has no targets", a.DeleteRule),

			awsapi.Partial("PutTargets", "five for each rule: ECS clusters, log groups and event buses; Lambda functions, SQS queues, SNS topics and state machines with "+
				"`--upstream`; any ARN with `--event-target`. Others are refused by name", a.PutTargets),
			awsapi.Works("RemoveTargets", "", a.RemoveTargets),
			awsapi.Works("ListTargetsByRule", "in pages", a.ListTargetsByRule),
			awsapi.Works("ListRuleNamesByTarget", "in pages; disabled rules, too", a.ListRuleNamesByTarget),

			awsapi.Partial("PutEvents", "entries are judged one by one; trace headers are ignored, global endpoints answer 501 NotImplementedException", a.PutEvents),
			awsapi.Works("TestEventPattern", "", a.TestEventPattern),

			awsapi.Works("TagResource", "of event buses and rules", a.TagResource),
			awsapi.Works("UntagResource", "of event buses and rules", a.UntagResource),
			awsapi.Works("ListTagsForResource", "of event buses and rules", a.ListTagsForResource),
		}, notBuilt()...),
	}
}

// notBuilt are the operations of what the emulator has not.
func notBuilt() (list []awsapi.Operation) {
	for _, missing := range []struct {
		what       string
		operations []string
	}{
		{"archives", []string{"CreateArchive", "DescribeArchive", "ListArchives", "UpdateArchive", "DeleteArchive"}},
		{"replays of archives", []string{"StartReplay", "DescribeReplay", "ListReplays", "CancelReplay"}},
		{"connections", []string{"CreateConnection", "DescribeConnection", "ListConnections", "UpdateConnection", "DeauthorizeConnection", "DeleteConnection"}},
		{"API destinations", []string{"CreateApiDestination", "DescribeApiDestination", "ListApiDestinations", "UpdateApiDestination", "DeleteApiDestination"}},
		{"global endpoints", []string{"CreateEndpoint", "DescribeEndpoint", "ListEndpoints", "UpdateEndpoint", "DeleteEndpoint"}},
		{"partner event sources", []string{
			"CreatePartnerEventSource", "DescribePartnerEventSource", "ListPartnerEventSources", "ListPartnerEventSourceAccounts", "DeletePartnerEventSource",
			"PutPartnerEvents", "ActivateEventSource", "DeactivateEventSource", "DescribeEventSource", "ListEventSources",
		}},
	} {
		for _, name := range missing.operations {
			list = append(list, awsapi.NotBuilt(name, missing.what))
		}
	}
	return list
}
