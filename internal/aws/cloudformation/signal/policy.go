package signal

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// Types are those whose CreationPolicy acts. AWS has it on AWS::AppStream::Fleet as well.
// Source: CloudFormation user guide, CreationPolicy attribute.
var Types = []string{"AWS::AutoScaling::AutoScalingGroup", "AWS::CloudFormation::WaitCondition", "AWS::EC2::Instance"}

// Longest is how long a resource may wait. Source: CloudFormation user guide, CreationPolicy attribute.
const Longest = 12 * time.Hour

const defaultTimeout = 5 * time.Minute

// OfCreation reads a CreationPolicy. Without ResourceSignal the resource does not wait, which is a guess.
// Source: CloudFormation user guide, CreationPolicy attribute.
func OfCreation(v *document.Value) (p Policy, waits bool, err error) {
	if err := known(v, "CreationPolicy", "ResourceSignal", "AutoScalingCreationPolicy"); err != nil || v == nil {
		return p, false, err
	}
	p = Policy{Count: 1, Timeout: defaultTimeout, MinSuccessful: 100}
	if group := v.Get("AutoScalingCreationPolicy"); group != nil {
		if err := known(group, "AutoScalingCreationPolicy", "MinSuccessfulInstancesPercent"); err != nil {
			return p, false, err
		}
		if p.MinSuccessful, err = number(group, "MinSuccessfulInstancesPercent", 100, 100); err != nil {
			return p, false, err
		}
	}
	s := v.Get("ResourceSignal")
	if s == nil {
		return p, false, nil
	}
	if err := known(s, "ResourceSignal", "Count", "Timeout"); err != nil {
		return p, false, err
	}
	if p.Count, err = number(s, "Count", 1, -1); err != nil {
		return p, false, err
	}
	if s.Get("Timeout") != nil {
		if p.Timeout, err = ReadDuration(s.Get("Timeout")); err != nil {
			return p, false, err
		}
	}
	return p, true, nil
}

// Check says what is wrong with the CreationPolicy of a resource. One that refers to what is not known yet is checked when the resource is made.
func Check(v *document.Value) error {
	if v == nil || !v.Known() {
		return nil
	}
	_, _, err := OfCreation(v)
	return err
}

// known refuses members that a policy does not have. The words are a guess.
func known(v *document.Value, of string, names ...string) error {
	if v == nil {
		return nil
	}
	if v.Kind != document.Map {
		return document.Plainf(v.At, "Any %s member must be an object.", of)
	}
	for _, m := range v.Members {
		if !slices.Contains(names, m.Name) {
			return document.Plainf(v.At, "Encountered unsupported property %s in %s", m.Name, of)
		}
	}
	return nil
}

// number is a member that is a whole number, up to most unless that is negative. The words are a guess.
func number(v *document.Value, name string, otherwise, most int) (int, error) {
	if v.Get(name) == nil {
		return otherwise, nil
	}
	n, err := strconv.Atoi(v.TextOf(name))
	if err != nil || n < 0 || most >= 0 && n > most {
		return 0, document.Plainf(v.At, "Value of property %s must be a whole number in its range", name)
	}
	return n, nil
}

var duration = lazyregexp.New(`^PT(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?$`)

// ReadDuration reads a time of ISO 8601 in hours, minutes and seconds, up to Longest. The words of the refusal are a guess.
func ReadDuration(v *document.Value) (time.Duration, error) {
	text := v.Text
	parts := duration.FindStringSubmatch(text)
	if parts == nil || strings.HasSuffix(text, "T") {
		return 0, document.Plainf(v.At, "Invalid Timeout %q: it has the form PT#H#M#S", text)
	}
	var d time.Duration
	for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(parts[i+1]) // empty is none
		d += time.Duration(n) * unit
	}
	if d > Longest {
		return 0, document.Plainf(v.At, "Invalid Timeout %q: the longest is PT12H", text)
	}
	return d, nil
}
