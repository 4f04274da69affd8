package autoscaling

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

func ActivityDetailType(a *autoscaling.ActivityChange) string {
	what, how := "Terminate", "Successful"
	if a.Launches {
		what = "Launch"
	}
	if a.Failed {
		how = "Unsuccessful"
	}
	return "EC2 Instance " + what + " " + how
}

// ActivityEvent is the event that EC2 Auto Scaling sends to EventBridge when it has launched or terminated an instance, or
// could not launch one, as JSON. Source: EC2 Auto Scaling user guide, event reference. What stands in the place of the
// instance that is not there is not known: here it is an empty text, and no resource.
func ActivityEvent(a *autoscaling.ActivityChange, at time.Time) []byte {
	detail := activityDetail{
		StatusCode: a.Status, Description: a.Description, Group: a.Group, ActivityID: a.ActivityID,
		Details:   activityPlace{Zone: a.Zone, Subnet: a.Subnet},
		RequestID: a.ActivityID, StatusMessage: a.StatusMessage, EndTime: eventTime(a.EndTime), InstanceID: a.InstanceID, StartTime: eventTime(a.StartTime),
		Cause: a.Cause, Origin: "AutoScalingGroup", Destination: "EC2",
	}
	if a.Launches {
		detail.Origin, detail.Destination = "EC2", "AutoScalingGroup"
	}
	resources := []string{a.GroupARN}
	if a.InstanceARN != "" {
		resources = append(resources, a.InstanceARN)
	}
	return eventbridge.Event{
		ID: a.ID, DetailType: ActivityDetailType(a), Source: "aws.autoscaling", Scope: arn.ScopeOf(a.GroupARN), Resources: resources, At: at, Detail: detail,
	}.Marshal()
}

func eventTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// activityDetail has the members in the order of the user guide.
type activityDetail struct {
	StatusCode    string
	Description   string
	Group         string `json:"AutoScalingGroupName"`
	ActivityID    string `json:"ActivityId"`
	Details       activityPlace
	RequestID     string `json:"RequestId"`
	StatusMessage string
	EndTime       string
	InstanceID    string `json:"EC2InstanceId"`
	StartTime     string
	Cause         string
	Origin        string
	Destination   string
}

type activityPlace struct {
	Zone   string `json:"Availability Zone"`
	Subnet string `json:"Subnet ID,omitempty"`
}
