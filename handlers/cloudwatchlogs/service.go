// Package cloudwatchlogs is the API of Amazon CloudWatch Logs: groups, streams, and the events
// in them, which containers write and `aws logs tail` reads.
package cloudwatchlogs

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/policytext"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
)

// API has the operations as methods.
type API struct {
	store *logs.Store
	now   func() time.Time
	// Stored is told of resource policies.
	Stored policytext.Stored
}

// New makes the API of a store, by a clock.
func New(store *logs.Store, now func() time.Time) *API { return &API{store: store, now: now} }

// maxBody has room for the largest batch of events in JSON, in which a byte of a message may
// be an escape of six, and for what stands around 10,000 of them.
const maxBody = 8 << 20

func (a *API) Service() awsapi.Service {
	const key = "the key is shown and encrypts nothing"
	return awsapi.Service{
		Name: "logs", ID: cloudwatchlogs.ServiceID, Title: "Amazon CloudWatch Logs", MaxBody: maxBody, Model: model,
		Access: a.access(), Tags: a.tagsOf, Policies: a.policiesOf,
		Protocol: awsapi.JSON{TargetPrefix: "Logs_20140328"},
		Operations: []awsapi.Operation{
			awsapi.Works("CreateLogGroup", "class and key are shown and have no effect", a.CreateLogGroup),
			awsapi.Works("DeleteLogGroup", "", a.DeleteLogGroup),
			awsapi.Works("DescribeLogGroups", "storedBytes are current; one account", a.DescribeLogGroups),
			awsapi.Partial("ListLogGroups", "without dataSources and fieldIndexNames", a.ListLogGroups),
			awsapi.Works("PutLogGroupDeletionProtection", "", a.PutLogGroupDeletionProtection),
			awsapi.Works("AssociateKmsKey", key, a.AssociateKmsKey),
			awsapi.Works("DisassociateKmsKey", "", a.DisassociateKmsKey),
			awsapi.Works("PutRetentionPolicy", "by the emulator's clock", a.PutRetentionPolicy),
			awsapi.Works("DeleteRetentionPolicy", "", a.DeleteRetentionPolicy),
			awsapi.Works("TagResource", "log groups", a.TagResource),
			awsapi.Works("UntagResource", "", a.UntagResource),
			awsapi.Works("ListTagsForResource", "", a.ListTagsForResource),
			awsapi.Works("TagLogGroup", "", a.TagLogGroup),
			awsapi.Works("UntagLogGroup", "", a.UntagLogGroup),
			awsapi.Works("ListTagsLogGroup", "", a.ListTagsLogGroup),
			awsapi.Works("CreateLogStream", "", a.CreateLogStream),
			awsapi.Works("DeleteLogStream", "", a.DeleteLogStream),
			awsapi.Works("DescribeLogStreams", "times of events are current; on AWS they lag by up to an hour", a.DescribeLogStreams),
			awsapi.Works("PutLogEvents", "entity has no effect", a.PutLogEvents),
			awsapi.Works("GetLogEvents", "", a.GetLogEvents),
			awsapi.Works("FilterLogEvents", "a line of a container is shown a quarter of a second after it came in, when no older line can come any more", a.FilterLogEvents),
			awsapi.Partial("PutResourcePolicy", "of the account; AWS services other than EventBridge may write without one", a.PutResourcePolicy),
			awsapi.Partial("DescribeResourcePolicies", "of the account", a.DescribeResourcePolicies),
			awsapi.Partial("DeleteResourcePolicy", "of the account", a.DeleteResourcePolicy),
			awsapi.Partial("PutMetricFilter", "there are no transformers: a filter on transformed logs makes no data", a.PutMetricFilter),
			awsapi.Works("DescribeMetricFilters", "", a.DescribeMetricFilters),
			awsapi.Works("DeleteMetricFilter", "", a.DeleteMetricFilter),
			awsapi.Works("TestMetricFilter", "", a.TestMetricFilter),
			awsapi.NotBuilt("StartQuery", "Logs Insights"),
			awsapi.NotBuilt("GetQueryResults", "Logs Insights"),
			awsapi.NotBuilt("StartLiveTail", "an event stream: use `aws logs tail --follow`"),
			awsapi.NotBuilt("PutSubscriptionFilter", "a service to deliver to"),
			awsapi.NotBuilt("DescribeSubscriptionFilters", "a service to deliver to"),
		},
	}
}
