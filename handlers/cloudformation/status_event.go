package cloudformation

import (
	"time"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
)

// EventSource is the source of CloudFormation's events.
const EventSource = "aws.cloudformation"

// StatusDetailType is the detail-type of what CloudFormation tells EventBridge of an event of a stack.
func StatusDetailType(c *cfn.StatusChange) string {
	if c.OfStack() {
		return "CloudFormation Stack Status Change"
	}
	return "CloudFormation Resource Status Change"
}

// StatusEvent is what CloudFormation tells EventBridge of an event of a stack, as JSON.
// Source: CloudFormation user guide, stack and resource status change event detail; field reports for detailed-status. That each
// event of a stack is told, checks included, is a guess.
func StatusEvent(c *cfn.StatusChange, at time.Time) []byte {
	status := statusDetails{c.Status, c.Detailed, c.Reason}
	var detail any = stackStatusDetail{c.StackID, status, c.Token}
	if !c.OfStack() {
		detail = resourceStatusDetail{c.StackID, c.LogicalID, c.PhysicalID, status, c.Type, c.Token}
	}
	return eventbridge.Event{ID: c.ID, DetailType: StatusDetailType(c), Source: EventSource, Resource: c.StackID, At: at, Detail: detail}.Marshal()
}

// The members are in AWS's order.
type (
	stackStatusDetail struct {
		StackID string        `json:"stack-id"`
		Status  statusDetails `json:"status-details"`
		Token   string        `json:"client-request-token"`
	}
	resourceStatusDetail struct {
		StackID    string        `json:"stack-id"`
		LogicalID  string        `json:"logical-resource-id"`
		PhysicalID string        `json:"physical-resource-id"`
		Status     statusDetails `json:"status-details"`
		Type       string        `json:"resource-type"`
		Token      string        `json:"client-request-token"`
	}
	statusDetails struct {
		Status   string `json:"status"`
		Detailed string `json:"detailed-status"`
		Reason   string `json:"status-reason"`
	}
)
