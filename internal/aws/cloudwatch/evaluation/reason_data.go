package evaluation

import (
	"encoding/json"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// reasonData are the data about a reason, in the order of recorded answers.
type reasonData struct {
	Version   string               `json:"version"`
	QueryDate string               `json:"queryDate"`
	StartDate string               `json:"startDate,omitempty"`
	Unit      string               `json:"unit,omitempty"`
	Statistic string               `json:"statistic,omitempty"`
	Period    int                  `json:"period"` // seconds
	Recent    []*alarmstate.Double `json:"recentDatapoints"`
	Threshold alarmstate.Double    `json:"threshold"`
	Evaluated []evaluatedPoint     `json:"evaluatedDatapoints"`
}

type evaluatedPoint struct {
	At    string             `json:"timestamp"`
	Count *alarmstate.Double `json:"sampleCount,omitempty"`
	Value *alarmstate.Double `json:"value,omitempty"`
}

func (e *evaluated) data(state types.StateValue) string {
	a := e.Alarm
	d := reasonData{
		Version: "1.0", QueryDate: alarmstate.Time(e.At), Unit: string(a.Unit), Statistic: a.Stat(), Period: int(e.Period.Seconds()),
		Recent: []*alarmstate.Double{}, Threshold: alarmstate.Double(a.Threshold), Evaluated: []evaluatedPoint{},
	}
	if len(e.real) > 0 {
		d.StartDate, d.Recent = alarmstate.Time(e.real[len(e.real)-1].At), e.recent()
	}
	for _, s := range e.deciding(state) {
		p := evaluatedPoint{At: alarmstate.Time(s.At)}
		if s.Real {
			p.Value = double(s.Value)
			if s.Count > 0 {
				p.Count = double(s.Count)
			}
		}
		d.Evaluated = append(d.Evaluated, p)
	}
	text, err := json.Marshal(d)
	if err != nil {
		panic("encode the data of a reason: " + err.Error())
	}
	return string(text)
}

func double(n float64) *alarmstate.Double { return new(alarmstate.Double(n)) }

// recent are the values from the oldest real data point that is evaluated to the newest, oldest first; nil is a period
// without one.
func (e *evaluated) recent() (values []*alarmstate.Double) {
	newest, oldest := e.real[0].At, e.real[len(e.real)-1].At
	for _, s := range slices.Backward(e.Slots) {
		switch {
		case s.At.Before(oldest) || s.At.After(newest):
		case s.Real:
			values = append(values, double(s.Value))
		default:
			values = append(values, nil)
		}
	}
	return values
}

// deciding are the data points for a state and the newest missing ones that it takes besides, newest first.
func (e *evaluated) deciding(state types.StateValue) []Slot {
	var list []Slot
	switch state {
	case types.StateValueAlarm:
		list = slices.Clone(e.bad)
	case types.StateValueOk:
		list = slices.Clone(e.good)
	}
	for _, s := range e.Slots {
		if len(list) >= e.needed(state) {
			break
		}
		if !s.Real {
			list = append(list, s)
		}
	}
	sorting.By(list, func(x, y Slot) int { return y.At.Compare(x.At) })
	return list
}
