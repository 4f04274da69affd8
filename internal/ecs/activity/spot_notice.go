package activity

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
)

// SpotNotice says that a Spot Instance will be interrupted.
func SpotNotice(n *ec2.SpotNotice, at time.Time) []Line {
	return []Line{{At: at, Tone: Warning, Text: "Spot Instance " + n.InstanceID + " has its notice and will be terminated in two minutes"}}
}
