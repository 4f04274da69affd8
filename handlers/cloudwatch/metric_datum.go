package cloudwatch

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// datum is one of a request, and its place there: "MetricData.member.1.".
type datum struct {
	*types.MetricDatum
	at string
}

// member is the place in a list, from 0.
func member(i int) string { return fmt.Sprintf(".member.%d", i+1) }

// Bounds of data. Source: CloudWatch API reference, MetricDatum and PutMetricData.
const (
	mostValues = 150
	oldest     = 14 * 24 * time.Hour
	newest     = 2 * time.Hour
)

// largest is the absolute value that a number may have.
var largest = math.Pow(2, 360)

// check refuses a datum in AWS's words. Source: recorded answers; of the number of values field reports.
func (d *datum) check(now time.Time) error {
	for _, check := range []func() error{d.checkForm, d.checkCounts, d.checkSet, d.checkNumbers, d.checkDimensions} {
		if err := check(); err != nil {
			return err
		}
	}
	switch t := d.Timestamp; {
	case d.StorageResolution != nil && *d.StorageResolution != 1 && *d.StorageResolution != 60:
		return invalidValue("The parameter " + d.at + "StorageResolution must be a value in the set [ 1, 60 ].")
	case t != nil && t.Before(now.Add(-oldest)):
		return invalidValue("The parameter " + d.at + "Timestamp must specify a time within the past two weeks.")
	case t != nil && t.After(now.Add(newest)):
		return invalidValue("The parameter " + d.at + "Timestamp must specify a time no more than two hours in the future.")
	}
	return nil
}

// checkForm wants a value, values or a set. Values and a set together are taken.
func (d *datum) checkForm() error {
	exclusive := func(other string) error {
		return invalidCombination("The parameters " + d.at + "Value and " + d.at + other + " are mutually exclusive and you have specified both.")
	}
	switch {
	case d.Value != nil && len(d.Values) > 0:
		return exclusive("Values")
	case d.Value != nil && d.StatisticValues != nil:
		return exclusive("StatisticValues")
	case len(d.Counts) > 0 && len(d.Values) == 0:
		return invalidCombination("The parameter values must appears when the counts parameter is specified.")
	case d.Value == nil && len(d.Values) == 0 && d.StatisticValues == nil:
		return invalidCombination(noneSpecified)
	case len(d.Values) > mostValues:
		return invalidValue("The collection " + d.at + "Values must not have a size greater than 150.")
	}
	return nil
}

// noneSpecified is what AWS says of several members of which none is there.
const noneSpecified = "At least one of the parameters must be specified."

func (d *datum) checkCounts() error {
	if d.Counts != nil && len(d.Counts) != len(d.Values) {
		return invalidValue("The parameters " + d.at + "Values and " + d.at + "Counts must be of the same size.")
	}
	for _, n := range d.Counts {
		if n < 0 {
			return invalidValue("The parameter " + d.at + "Counts must contain only values greater than 0.")
		}
	}
	return nil
}

func (d *datum) checkSet() error {
	s := d.StatisticValues
	if s == nil {
		return nil
	}
	at := d.at + "StatisticValues."
	switch {
	case !(aws.ToFloat64(s.SampleCount) > 0):
		return invalidValue("The parameter " + at + "SampleCount must be greater than 0.")
	case aws.ToFloat64(s.Maximum) < aws.ToFloat64(s.Minimum):
		return invalidValue("The parameter " + at + "Maximum must be greater than " + at + "Minimum.")
	}
	return nil
}

// checkNumbers refuses numbers that are none or too large.
func (d *datum) checkNumbers() error {
	numbers := map[string]*float64{"Value": d.Value}
	for i := range d.Values {
		numbers["Values"+member(i)] = &d.Values[i]
	}
	for i := range d.Counts {
		numbers["Counts"+member(i)] = &d.Counts[i]
	}
	if s := d.StatisticValues; s != nil {
		const set = "StatisticValues."
		numbers[set+"SampleCount"], numbers[set+"Sum"], numbers[set+"Minimum"], numbers[set+"Maximum"] = s.SampleCount, s.Sum, s.Minimum, s.Maximum
	}
	for name, v := range numbers {
		if v != nil && !(math.Abs(*v) <= largest) {
			return invalidValue("The value " + javaNumber(*v) + " for parameter " + d.at + name + " is invalid.")
		}
	}
	return nil
}

// javaNumber is a large number in the words of AWS: 4.6970851655476665E108.
func javaNumber(v float64) string {
	text := strconv.FormatFloat(v, 'E', -1, 64)
	digits, exponent, finite := strings.Cut(text, "E+")
	switch {
	case math.IsNaN(v):
		return "NaN"
	case !finite:
		return strings.Replace(strings.TrimPrefix(text, "+"), "Inf", "Infinity", 1)
	case !strings.Contains(digits, "."):
		digits += ".0"
	}
	return digits + "E" + exponent
}

func (d *datum) checkDimensions() error {
	names := map[string]bool{}
	for _, each := range d.Dimensions {
		if names[aws.ToString(each.Name)] {
			return invalidValue("No metric may specify the same dimension name twice.")
		}
		names[aws.ToString(each.Name)] = true
	}
	return nil
}
