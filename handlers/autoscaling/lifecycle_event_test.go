package autoscaling_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/autoscaling"
	groups "github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
)

// The members were recorded, of a launch; those of a termination are the user guide's.
func TestLifecycleEvent(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 7e6, time.UTC)
	action := groups.LifecycleChange{
		ID: "1-2-3", GroupARN: "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:4:autoScalingGroupName/web", Group: "web",
		InstanceID: "i-0a", Token: "5-6-7", Hook: "up", Launches: true,
	}
	const head = `{"version":"0","id":"1-2-3","detail-type":"EC2 Instance-%s Lifecycle Action","source":"aws.autoscaling","account":"000000000000",` +
		`"time":"2026-11-20T12:00:00Z","region":"us-east-1","resources":["arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:4:autoScalingGroupName/web"],` +
		`"detail":{"LifecycleActionToken":"5-6-7","AutoScalingGroupName":"web","LifecycleHookName":"up","EC2InstanceId":"i-0a",`
	want := fmt.Sprintf(head, "launch") + `"LifecycleTransition":"autoscaling:EC2_INSTANCE_LAUNCHING","Origin":"EC2","Destination":"AutoScalingGroup","Action":"Launch"}}`
	if got := string(autoscaling.LifecycleEvent(&action, at)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	action.Launches, action.Metadata = false, "a & b"
	want = fmt.Sprintf(head, "terminate") + `"LifecycleTransition":"autoscaling:EC2_INSTANCE_TERMINATING","NotificationMetadata":"a & b","Origin":"AutoScalingGroup","Destination":"EC2"}}`
	if got := string(autoscaling.LifecycleEvent(&action, at)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
