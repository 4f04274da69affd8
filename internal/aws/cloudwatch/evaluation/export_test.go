package evaluation

import "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"

// Decide is the state of an alarm as its metric has it; ok is false if the alarm keeps its state.
func Decide(v View) (to alarmstate.State, ok bool) {
	e := evaluate(v)
	value, ok := e.state()
	if !ok {
		return to, false
	}
	return e.become(value), true
}
