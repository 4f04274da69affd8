package cloudformation

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// NotificationSubject is the subject of what the topics of a stack get. Source: field reports.
const NotificationSubject = "AWS CloudFormation Notification"

// Notification is what the topics of a stack get of an event, caused by a principal with a unique id. Values that are not shown are
// not in it, as they are in no event (CFN0040).
func Notification(s *cfn.Stack, e *cfn.Event, principalID string) string {
	var b strings.Builder
	for _, line := range [][2]string{
		{"StackId", s.ID}, {"Timestamp", e.At.UTC().Format("2006-01-02T15:04:05.000Z")}, {"EventId", e.ID}, {"LogicalResourceId", e.LogicalID},
		{"Namespace", s.Scope.Account}, {"PhysicalResourceId", e.PhysicalID}, {"PrincipalId", principalID},
		{"ResourceProperties", cmp.Or(e.Properties, "null")}, {"ResourceStatus", e.Status}, {"ResourceStatusReason", e.Reason},
		{"ResourceType", e.Type}, {"StackName", s.Name}, {"ClientRequestToken", cmp.Or(e.Token, "null")},
	} {
		b.WriteString(line[0] + "='" + line[1] + "'\n")
	}
	return b.String()
}

// checkTopics refuses topics that are none, whose words are a guess, and such to which there is no way.
func (a *API) checkTopics(arns []string) error {
	for _, each := range arns {
		if parts := strings.SplitN(each, ":", 6); len(parts) < 6 || parts[0] != "arn" || parts[2] != "sns" || parts[5] == "" {
			return invalid("Invalid NotificationARN: %s is not the ARN of an Amazon SNS topic", each)
		}
		if a.Way == nil {
			return notBuilt("NotificationARNs")
		}
		if err := a.Way(each); err != nil {
			return &awsapi.Error{Code: "NotImplementedException", Message: err.Error(), Status: http.StatusNotImplemented}
		}
	}
	return nil
}
