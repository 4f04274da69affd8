package autoscaling

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// updatePolicy is what an UpdatePolicy says of a group. Source: CloudFormation user guide, UpdatePolicy.
type updatePolicy struct {
	rolling *rollingPolicy // nil without one
	// ignoresSizes leaves sizes as they are that the template has not changed.
	ignoresSizes bool
}

// rollingPolicy is AutoScalingRollingUpdate.
type rollingPolicy struct {
	batch, inService int // MaxBatchSize, MinInstancesInService
	successful       int // MinSuccessfulInstancesPercent
	pause            time.Duration
	pauseTime        string // as events have it
	signals          bool   // WaitOnResourceSignals
	suspend          []string
}

// checkUpdatePolicy reports what is wrong in an UpdatePolicy, or not built.
func checkUpdatePolicy(v *document.Value) error {
	_, err := readUpdatePolicy(v)
	return err
}

func readUpdatePolicy(v *document.Value) (p updatePolicy, err error) {
	if v == nil {
		return p, nil
	}
	for _, m := range v.Members {
		if m.Value.Kind != document.Map {
			return p, fmt.Errorf("the UpdatePolicy %s that is no object", m.Name)
		}
		switch m.Name {
		case "AutoScalingRollingUpdate":
			p.rolling, err = readRolling(m.Value)
		case "AutoScalingReplacingUpdate": // package schema decides by it
			_, err = readSwitch(m.Value, "WillReplace")
		case "AutoScalingScheduledAction":
			p.ignoresSizes, err = readSwitch(m.Value, "IgnoreUnmodifiedGroupSizeProperties")
		default:
			err = fmt.Errorf("the UpdatePolicy %s", m.Name)
		}
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

// readSwitch reads a policy that is one member, true or false.
func readSwitch(v *document.Value, name string) (on bool, err error) {
	for _, m := range v.Members {
		if m.Name != name {
			return false, fmt.Errorf("the member %s of an UpdatePolicy", m.Name)
		}
		if on, err = readBool(m); err != nil {
			return false, err
		}
	}
	return on, nil
}

func readRolling(v *document.Value) (*rollingPolicy, error) {
	p := &rollingPolicy{batch: 1, successful: 100}
	for _, m := range v.Members {
		var err error
		switch m.Name {
		case "MaxBatchSize":
			p.batch, err = readNumber(m, 1, 100)
		case "MinInstancesInService":
			p.inService, err = readNumber(m, 0, 1000)
		case "MinSuccessfulInstancesPercent":
			p.successful, err = readNumber(m, 0, 100)
		case "PauseTime":
			p.pauseTime = m.Value.Text
			p.pause, err = readPause(m)
		case "WaitOnResourceSignals":
			p.signals, err = readBool(m)
		case "SuspendProcesses":
			var are bool
			if p.suspend, are = m.Value.Texts(); !are {
				err = errors.New("SuspendProcesses in an UpdatePolicy that are no list of texts")
			}
		default:
			err = fmt.Errorf("the member %s of AutoScalingRollingUpdate", m.Name)
		}
		if err != nil {
			return nil, err
		}
	}
	switch {
	case p.signals && p.pauseTime == "":
		p.pause, p.pauseTime = 5*time.Minute, "PT5M"
	case !p.signals && v.Get("MinSuccessfulInstancesPercent") != nil: // AWS demands both; the words are the emulator's
		return nil, errors.New("MinSuccessfulInstancesPercent of AutoScalingRollingUpdate without WaitOnResourceSignals")
	}
	return p, nil
}

func readBool(m document.Member) (bool, error) {
	if !slices.Contains([]string{"true", "false"}, m.Value.Text) {
		return false, invalidMember(m)
	}
	return m.Value.Text == "true", nil
}

func readNumber(m document.Member, least, most int) (int, error) {
	n, err := strconv.Atoi(m.Value.Text)
	if err != nil || n < least || n > most {
		return 0, invalidMember(m)
	}
	return n, nil
}

func invalidMember(m document.Member) error {
	return fmt.Errorf("the value %q of %s in an UpdatePolicy", m.Value.Text, m.Name)
}

// longestPause is how long a PauseTime may be. Source: CloudFormation user guide, UpdatePolicy.
const longestPause = time.Hour

func readPause(m document.Member) (time.Duration, error) {
	pause, err := signal.ReadDuration(m.Value)
	if err != nil || pause > longestPause {
		return 0, invalidMember(m)
	}
	return pause, nil
}
