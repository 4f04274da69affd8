package faults

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// check says what is wrong with a fault by itself.
func (f Fault) check() error {
	k := findKind(f.Kind)
	if k == nil {
		all := Kinds()
		last := len(all) - 1
		return fmt.Errorf("fault %q is unknown: use %s or %s", f.Kind, strings.Join(all[:last], ", "), all[last])
	}
	for _, m := range members {
		set := m.Text(f) != ""
		switch {
		case set && !slices.Contains(k.takes, m.Name):
			return fmt.Errorf("a fault of the kind %s does not take %q: it takes %s", f.Kind, m.Name, strings.Join(k.takes, ", "))
		case !set && slices.Contains(k.needs, m.Name):
			return fmt.Errorf("a fault of the kind %s needs %q: %s", f.Kind, m.Name, strings.ReplaceAll(m.Help, "`", ""))
		}
	}
	switch {
	case f.Delay < 0 || f.For < 0 || f.At < 0 || f.Times < 0:
		return errors.New("delay, duration, beginning and number of times of a fault cannot be negative")
	case !(f.Rate >= 0 && f.Rate <= 1):
		return fmt.Errorf(`"rate" is not between 0 and 1: %v`, f.Rate)
	case f.Kind == Load:
		return f.load().Check()
	}
	return checkZone(f.Zone)
}

var regionName = lazyregexp.New(`^[a-z]{2}(-[a-z]+)+-[1-9]$`)

// checkZone refuses the names of zones that no region has here.
func checkZone(zone string) error {
	if zone == "" {
		return nil
	}
	region := zone[:len(zone)-1]
	if !regionName.MatchString(region) {
		return fmt.Errorf(`"zone" is not the name of an Availability Zone, such as us-east-1a: %s`, zone)
	}
	if there := ec2network.Zones(region); !slices.Contains(there, zone) {
		return fmt.Errorf(`"zone" is unknown: %s; %s has %s`, zone, region, strings.Join(there, ", "))
	}
	return nil
}
