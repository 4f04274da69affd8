package ec2_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	instances "github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
)

// The members are the user guide's.
func TestEvents(t *testing.T) {
	const instance = "arn:aws:ec2:us-east-1:000000000000:instance/i-0a"
	at := time.Date(2026, 11, 20, 12, 0, 0, 7e6, time.UTC)
	head := func(detailType string) string {
		return `{"version":"0","id":"1-2-3","detail-type":"` + detailType + `","source":"aws.ec2","account":"000000000000",` +
			`"time":"2026-11-20T12:00:00Z","region":"us-east-1","resources":["` + instance + `"],"detail":{"instance-id":"i-0a",`
	}
	for want, got := range map[string][]byte{
		head("EC2 Instance State-change Notification") + `"state":"running"}}`: ec2.StateEvent(
			&instances.StateChange{ID: "1-2-3", InstanceARN: instance, InstanceID: "i-0a", State: "running"}, at),
		head("EC2 Spot Instance Interruption Warning") + `"instance-action":"terminate"}}`: ec2.SpotEvent(
			&instances.SpotNotice{ID: "1-2-3", InstanceARN: instance, InstanceID: "i-0a"}, at),
	} {
		if string(got) != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
