package autoscaling_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/autoscaling"
	groups "github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
)

// The members are the user guide's.
func TestActivityEvent(t *testing.T) {
	const (
		group    = "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:4:autoScalingGroupName/web"
		instance = "arn:aws:ec2:us-east-1:000000000000:instance/i-0a"
	)
	at := time.Date(2026, 11, 20, 12, 0, 0, 7e6, time.UTC)
	ended := groups.ActivityChange{
		ID: "1-2-3", ActivityID: "5-6-7", GroupARN: group, Group: "web", InstanceARN: instance, InstanceID: "i-0a", Launches: true,
		Description: "Launching a new EC2 instance: i-0a", Cause: "At 2026-11-20T11:59:30Z a user asked.", Status: "Successful",
		Zone: "us-east-1a", Subnet: "subnet-1", StartTime: at.Add(-30 * time.Second), EndTime: at,
	}
	head := func(detailType, resources string) string {
		return `{"version":"0","id":"1-2-3","detail-type":"` + detailType + `","source":"aws.autoscaling","account":"000000000000",` +
			`"time":"2026-11-20T12:00:00Z","region":"us-east-1","resources":[` + resources + `],"detail":{`
	}
	const (
		both  = `"` + group + `","` + instance + `"`
		rest  = `"AutoScalingGroupName":"web","ActivityId":"5-6-7","Details":{"Availability Zone":"us-east-1a","Subnet ID":"subnet-1"},"RequestId":"5-6-7",`
		times = `"StartTime":"2026-11-20T11:59:30Z","Cause":"At 2026-11-20T11:59:30Z a user asked.",`
	)
	check := func(want string) {
		t.Helper()
		if got := string(autoscaling.ActivityEvent(&ended, at)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	check(head("EC2 Instance Launch Successful", both) + `"StatusCode":"Successful","Description":"Launching a new EC2 instance: i-0a",` + rest +
		`"StatusMessage":"","EndTime":"2026-11-20T12:00:00Z","EC2InstanceId":"i-0a",` + times + `"Origin":"EC2","Destination":"AutoScalingGroup"}}`)

	ended.Launches, ended.Description = false, "Terminating EC2 instance: i-0a"
	check(head("EC2 Instance Terminate Successful", both) + `"StatusCode":"Successful","Description":"Terminating EC2 instance: i-0a",` + rest +
		`"StatusMessage":"","EndTime":"2026-11-20T12:00:00Z","EC2InstanceId":"i-0a",` + times + `"Origin":"AutoScalingGroup","Destination":"EC2"}}`)

	ended.Launches, ended.Failed, ended.InstanceARN, ended.InstanceID, ended.Status, ended.StatusMessage = true, true, "", "", "Failed", "no room"
	ended.Description = "Launching a new EC2 instance.  Status Reason: no room"
	check(head("EC2 Instance Launch Unsuccessful", `"`+group+`"`) + `"StatusCode":"Failed","Description":"Launching a new EC2 instance.  Status Reason: no room",` + rest +
		`"StatusMessage":"no room","EndTime":"2026-11-20T12:00:00Z","EC2InstanceId":"",` + times + `"Origin":"EC2","Destination":"AutoScalingGroup"}}`)
}
