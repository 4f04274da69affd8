package eventbridge

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// Event is what a service of AWS or a client tells EventBridge. It comes from the account and region of its Resource.
type Event struct {
	ID, DetailType string
	Source         string    // aws.ecs and so on
	Resource       string    // the ARN of what it is about; empty: nothing that has one
	Resources      []string  // of an event without a Resource
	Scope          arn.Scope // of an event without a Resource
	At             time.Time
	Detail         any // as encoding/json writes it
}

// envelope has the members in AWS's order.
type envelope struct {
	Version    string   `json:"version"`
	ID         string   `json:"id"`
	DetailType string   `json:"detail-type"`
	Source     string   `json:"source"`
	Account    string   `json:"account"`
	Time       string   `json:"time"`
	Region     string   `json:"region"`
	Resources  []string `json:"resources"`
	Detail     any      `json:"detail"`
}

// Marshal is the event in EventBridge's envelope as JSON, in one line.
func (e Event) Marshal() []byte {
	scope, resources := e.Scope, append([]string{}, e.Resources...)
	if e.Resource != "" {
		scope, resources = arn.ScopeOf(e.Resource), []string{e.Resource}
	}
	return wire.MustText(envelope{ // details are of types that have JSON
		Version: "0", ID: e.ID, DetailType: e.DetailType, Source: e.Source,
		Account: scope.Account, Time: e.At.UTC().Format("2006-01-02T15:04:05Z"), Region: scope.Region,
		Resources: resources, Detail: e.Detail,
	})
}
