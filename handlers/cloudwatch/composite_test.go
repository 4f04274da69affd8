package cloudwatch_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// composite makes or changes a composite alarm.
func (s *scene) composite(name, rule string, change ...func(*sdk.PutCompositeAlarmInput)) {
	s.T.Helper()
	in := &sdk.PutCompositeAlarmInput{AlarmName: &name, AlarmRule: &rule, ActionsEnabled: aws.Bool(false)}
	for _, c := range change {
		c(in)
	}
	ok(s, s.PutCompositeAlarm, in)
}

// set gives alarms a state.
func (s *scene) set(state types.StateValue, names ...string) {
	s.T.Helper()
	for _, name := range names {
		ok(s, s.SetAlarmState, &sdk.SetAlarmStateInput{AlarmName: &name, StateValue: state, StateReason: aws.String("by hand")})
	}
}

func (s *scene) describeComposite(name string) types.CompositeAlarm {
	s.T.Helper()
	out, err := s.DescribeAlarms(s.T.Context(), &sdk.DescribeAlarmsInput{AlarmNames: []string{name}, AlarmTypes: []types.AlarmType{types.AlarmTypeCompositeAlarm}})
	if err != nil || len(out.CompositeAlarms) != 1 || len(out.MetricAlarms) > 0 {
		s.T.Fatal(out, err)
	}
	return out.CompositeAlarms[0]
}

// is asserts the state of a composite alarm, its reason, which begins with the ARN that is left out, and the names of the
// alarms by which it is so.
func (s *scene) is(name string, state types.StateValue, reason, triggering string) types.CompositeAlarm {
	s.T.Helper()
	c := s.describeComposite(name)
	var arns []string
	for _, part := range strings.Split(aws.ToString(c.StateReasonData), `{"arn":"`+alarmARN(""))[1:] {
		name, _, _ := strings.Cut(part, `"`)
		arns = append(arns, name)
	}
	_, got, _ := strings.Cut(*c.StateReason, alarmARN(""))
	if c.StateValue != state || !strings.HasPrefix(got, reason) || strings.Join(arns, " ") != triggering {
		s.T.Errorf("%s: %s, %q, %s", name, c.StateValue, got, aws.ToString(c.StateReasonData))
	}
	return c
}

// Recorded answers of AWS: a composite alarm is evaluated when it is made, when its rule changes, and with its children.
func TestCompositeAlarms(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		const alarm, fine = types.StateValueAlarm, types.StateValueOk
		ok(s, s.PutMetricAlarm, minimal("A"))
		ok(s, s.PutMetricAlarm, minimal("B"))
		s.set(alarm, "A")
		s.set(fine, "B")
		s.composite("C", `AT_LEAST(2, ALARM, ("A","A","B"))`)
		c := s.is("C", alarm, "C was created and its alarm rule evaluates to ALARM", "A")
		if *c.AlarmRule != `AT_LEAST(2, ALARM, ("A","A","B"))` || *c.ActionsEnabled || c.OKActions == nil || c.AlarmActions == nil || c.InsufficientDataActions == nil ||
			c.ActionsSuppressor != nil || c.ActionsSuppressedBy != "" || !c.StateUpdatedTimestamp.Equal(*c.AlarmConfigurationUpdatedTimestamp) {
			t.Errorf("%+v", c)
		}
		s.composite("D", `AT_LEAST(67%, ALARM, ("A","A","B"))`)
		s.is("D", fine, "D was created and its alarm rule evaluates to OK", "B")
		s.composite("C", `AT_LEAST(2, ALARM, ("A","B"))`)
		s.is("C", fine, "C was updated and its new alarm rule evaluates to OK", "B")

		s.composite("D", `ALARM("C")`) // still OK: the reason stays
		s.is("D", fine, "D was created and its alarm rule evaluates to OK", "B")
		s.set(alarm, "B")
		c, d := s.is("C", alarm, "B transitioned to ALARM at ", "A B"), s.is("D", alarm, "C transitioned to ALARM at ", "C")
		b := s.describe("B")
		if !c.StateUpdatedTimestamp.Equal(*b.StateUpdatedTimestamp) || !d.StateTransitionedTimestamp.Equal(*b.StateUpdatedTimestamp) {
			t.Errorf("%v, %v and %v", b.StateUpdatedTimestamp, c.StateUpdatedTimestamp, d.StateTransitionedTimestamp)
		}
		if want := b.StateUpdatedTimestamp.Format("Monday 2 January, 2006 15:04:05") + " UTC"; !strings.HasSuffix(*c.StateReason, " at "+want) {
			t.Errorf("%s, want %s", *c.StateReason, want)
		}
		s.composite("C", "FALSE")
		s.is("C", fine, "C was updated and its new alarm rule evaluates to OK", "")
		s.is("D", fine, "C transitioned to OK at ", "C")

		configured := s.describeComposite("C").AlarmConfigurationUpdatedTimestamp
		s.composite("C", "FALSE")
		if again := s.describeComposite("C"); !again.AlarmConfigurationUpdatedTimestamp.Equal(*configured) {
			t.Error("the same settings are new")
		}
		s.set(alarm, "C") // by hand
		s.is("C", alarm, "", "")
	})
}

// Circles of rules come to an end. Source: recorded answers, of the first one.
func TestCirclesOfRules(t *testing.T) {
	s := newScene(t, protocols["JSON"])
	ok(s, s.PutMetricAlarm, minimal("A"))
	s.set(types.StateValueAlarm, "A")
	s.composite("C", "FALSE")
	s.composite("D", "ALARM(C)")
	s.composite("C", "ALARM(D) OR ALARM(A)")
	s.is("C", types.StateValueAlarm, "C was updated", "A")
	s.is("D", types.StateValueAlarm, "C transitioned to ALARM", "C")
	s.composite("C", "NOT ALARM(D)")
	s.composite("C", "FALSE")
	s.is("D", types.StateValueOk, "C transitioned to OK", "C")

	s.composite("both", "ALARM(A) AND NOT ALARM(D)") // follows D where both change at once
	s.composite("D", "ALARM(A)")
	s.is("both", types.StateValueOk, "D transitioned to ALARM", "D")
	s.set(types.StateValueOk, "A")
	s.set(types.StateValueAlarm, "A")
	s.is("both", types.StateValueOk, "", "D")
}

func TestRefusedCompositeAlarms(t *testing.T) {
	s := newScene(t, protocols["CBOR"])
	ok(s, s.PutMetricAlarm, minimal("A"))
	const doNotExist = " in the alarm rule do not exist"
	for rule, want := range map[string]string{
		"alarm(A)":          "Error in AlarmRule [Unsupported token 'alarm' at char 0, must be: '(', 'NOT', AT_LEAST, TRUE or FALSE, ALARM, OK, or INSUFFICIENT_DATA]",
		"ALARM(missing)":    "Could not save the composite alarm as alarms [" + alarmARN("missing") + "]" + doNotExist,
		"ALARM('A')":        "Could not save the composite alarm as alarms [" + alarmARN("'A'") + "]" + doNotExist,
		`ALARM("")`:         "Could not save the composite alarm as alarms [" + alarmARN("") + "]" + doNotExist,
		`ALARM("a\"b")`:     "Could not save the composite alarm as alarms [" + alarmARN(`a"b`) + "]" + doNotExist,
		"ALARM(x) OR OK(y)": "Could not save the composite alarm as alarms [" + alarmARN("x") + ", " + alarmARN("y") + "]" + doNotExist,
		"ALARM(C)":          "A composite alarm cannot have a child relation with itself via its AlarmRule, as it would introduce a circular dependency",
		"ALARM(arn:aws:cloudwatch:eu-west-1:111111111111:alarm:A)": "A composite alarm cannot have a child relation with alarms from another AWS account",
		"ALARM(arn:aws:cloudwatch:us-west-2:123456789012:alarm:A)": "Error in AlarmRule [Wrong ARN region, it was us-west-2 but eu-west-1 was expected instead]",
	} {
		refused(s, s.PutCompositeAlarm, &sdk.PutCompositeAlarmInput{AlarmName: aws.String("C"), AlarmRule: &rule}, "ValidationError", want)
	}
	for want, change := range map[string]func(*sdk.PutCompositeAlarmInput){
		"AlarmName [A] is already used by another alarm of a different type": func(in *sdk.PutCompositeAlarmInput) { in.AlarmName = aws.String("A") },
		"AlarmName must not contain ASCII Control characters":                func(in *sdk.PutCompositeAlarmInput) { in.AlarmName = aws.String("a\x01") },
		"Invalid arn syntax: pager":                                          func(in *sdk.PutCompositeAlarmInput) { in.AlarmActions = []string{"pager"} },
		"ActionsSuppressorWaitPeriod must not be null": func(in *sdk.PutCompositeAlarmInput) {
			in.ActionsSuppressor = aws.String("A")
		},
		"ActionsSuppressorExtensionPeriod must not be null": func(in *sdk.PutCompositeAlarmInput) {
			in.ActionsSuppressor, in.ActionsSuppressorWaitPeriod = aws.String("A"), aws.Int32(1)
		},
		"ActionsSuppressorWaitPeriod requires an ActionSuppressor": func(in *sdk.PutCompositeAlarmInput) {
			in.ActionsSuppressorWaitPeriod, in.ActionsSuppressorExtensionPeriod = aws.Int32(1), aws.Int32(1)
		},
		"ActionsSuppressorExtensionPeriod requires an ActionSuppressor": func(in *sdk.PutCompositeAlarmInput) {
			in.ActionsSuppressorExtensionPeriod = aws.Int32(1)
		},
		"ActionsSuppressor must be a valid CloudWatch Alarm ARN or an Alarm name": func(in *sdk.PutCompositeAlarmInput) {
			in.ActionsSuppressor, in.ActionsSuppressorWaitPeriod, in.ActionsSuppressorExtensionPeriod = aws.String("arn:aws:sns:eu-west-1:123456789012:pager"), aws.Int32(1), aws.Int32(1)
		},
		"Could not save the composite alarm as its actions suppressor " + alarmARN("none") + " does not exist": func(in *sdk.PutCompositeAlarmInput) {
			in.ActionsSuppressor, in.ActionsSuppressorWaitPeriod, in.ActionsSuppressorExtensionPeriod = aws.String("none"), aws.Int32(1), aws.Int32(1)
		},
	} {
		in := &sdk.PutCompositeAlarmInput{AlarmName: aws.String("C"), AlarmRule: aws.String("TRUE")}
		change(in)
		refused(s, s.PutCompositeAlarm, in, "ValidationError", want)
	}
	s.composite("C", "TRUE")
	refused(s, s.PutMetricAlarm, minimal("C"), "ValidationError", "AlarmName [C] is already used by another alarm of a different type")
	var rule []string
	for i := range 101 {
		ok(s, s.PutMetricAlarm, minimal(fmt.Sprint("m", i)))
		rule = append(rule, fmt.Sprintf("ALARM(m%d)", i))
	}
	refused(s, s.PutCompositeAlarm, &sdk.PutCompositeAlarmInput{AlarmName: aws.String("C"), AlarmRule: aws.String(strings.Join(rule, " OR "))}, "ValidationError",
		"A composite alarm cannot have more than 100 children.")
}

// suppressed has a suppressor, and five seconds for both periods.
func suppressed(by string) func(*sdk.PutCompositeAlarmInput) {
	return func(in *sdk.PutCompositeAlarmInput) {
		in.ActionsEnabled = aws.Bool(true)
		in.ActionsSuppressor, in.ActionsSuppressorWaitPeriod, in.ActionsSuppressorExtensionPeriod = &by, aws.Int32(5), aws.Int32(5)
	}
}

// Recorded answers of AWS.
func TestActionsSuppressor(t *testing.T) {
	s := newScene(t, protocols["CBOR"])
	const alarm, fine = types.StateValueAlarm, types.StateValueOk
	for _, name := range []string{"child", "suppressor"} {
		ok(s, s.PutMetricAlarm, minimal(name))
		s.set(fine, name)
	}
	s.composite("C", `ALARM("child")`, suppressed("suppressor"))
	by := func(phase types.ActionsSuppressedBy, reason string) types.CompositeAlarm {
		t.Helper()
		c := s.describeComposite("C")
		if c.ActionsSuppressedBy != phase || !strings.HasPrefix(aws.ToString(c.ActionsSuppressedReason), reason) || (phase == "") != (c.ActionsSuppressedReason == nil) {
			t.Errorf("%s: %s, want %s", c.ActionsSuppressedBy, aws.ToString(c.ActionsSuppressedReason), phase)
		}
		return c
	}
	by(types.ActionsSuppressedByWaitPeriod, "Actions suppressed by WaitPeriod")
	s.set(alarm, "child")
	began := by(types.ActionsSuppressedByWaitPeriod, "Actions suppressed by WaitPeriod")
	s.set(alarm, "suppressor")
	held := by(types.ActionsSuppressedByAlarm, "Actions suppressed by "+alarmARN("suppressor")+" that transitioned to ALARM at ")
	if !held.StateUpdatedTimestamp.After(*began.StateUpdatedTimestamp) || !held.StateTransitionedTimestamp.Equal(*began.StateTransitionedTimestamp) {
		t.Errorf("%+v", held)
	}
	s.set(fine, "child")
	s.set(alarm, "child")
	by(types.ActionsSuppressedByAlarm, "Actions suppressed by "+alarmARN("suppressor"))
	s.set(fine, "suppressor")
	by(types.ActionsSuppressedByExtensionPeriod, "Actions suppressed by ExtensionPeriod")
	s.set(alarm, "suppressor")
	s.composite("C", `ALARM("child")`, suppressed("child")) // in ALARM, too
	by(types.ActionsSuppressedByAlarm, "Actions suppressed by ")
	ok(s, s.PutMetricAlarm, minimal("quiet"))
	s.composite("C", `ALARM("child")`, suppressed("quiet"))
	by("", "")
	s.set(alarm, "quiet")
	by("", "") // what is released stays so
	s.set(fine, "child")
	by(types.ActionsSuppressedByAlarm, "Actions suppressed by "+alarmARN("quiet"))
	s.composite("C", `ALARM("child")`)
	if c := by("", ""); c.ActionsSuppressor != nil || c.ActionsSuppressorWaitPeriod != nil {
		t.Errorf("%+v", c)
	}
}

func TestDescribeCompositeAlarms(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		ok(s, s.PutMetricAlarm, minimal("a"))
		ok(s, s.PutMetricAlarm, minimal("c"))
		s.composite("b", "ALARM(c) OR ALARM(a)")
		s.composite("d", "OK(b) OR ALARM(a)")
		both := []types.AlarmType{types.AlarmTypeCompositeAlarm, types.AlarmTypeMetricAlarm}
		for _, test := range []struct {
			want string
			in   *sdk.DescribeAlarmsInput
		}{
			{"a c|", &sdk.DescribeAlarmsInput{}},
			{"|b d", &sdk.DescribeAlarmsInput{AlarmTypes: both[:1]}},
			{"a c|b d", &sdk.DescribeAlarmsInput{AlarmTypes: both}},
			{"|b", &sdk.DescribeAlarmsInput{AlarmTypes: both, AlarmNames: []string{"b", "none"}}},
			{"|d", &sdk.DescribeAlarmsInput{AlarmTypes: both, StateValue: types.StateValueAlarm}},
			{"a|b", &sdk.DescribeAlarmsInput{AlarmTypes: both, MaxRecords: aws.Int32(2)}},
			{"a c|", &sdk.DescribeAlarmsInput{ChildrenOfAlarmName: aws.String("b")}},
			{"a|b", &sdk.DescribeAlarmsInput{ChildrenOfAlarmName: aws.String("d")}},
			{"|b d", &sdk.DescribeAlarmsInput{ParentsOfAlarmName: aws.String("a")}},
			{"|", &sdk.DescribeAlarmsInput{ChildrenOfAlarmName: aws.String("none")}},
		} {
			in, want := test.in, test.want
			out := ok(s, s.DescribeAlarms, in)
			var found []string
			for _, c := range out.CompositeAlarms {
				found = append(found, *c.AlarmName)
			}
			if got := strings.Join(names(out.MetricAlarms), " ") + "|" + strings.Join(found, " "); got != want {
				t.Errorf("%+v: %s, want %s", in, got, want)
			}
			if in.ParentsOfAlarmName != nil && (out.CompositeAlarms[0].AlarmArn == nil || out.CompositeAlarms[0].AlarmRule != nil || out.CompositeAlarms[0].StateValue != "") {
				t.Errorf("%+v", out.CompositeAlarms[0])
			}
		}
		refused(s, s.DescribeAlarms, &sdk.DescribeAlarmsInput{ParentsOfAlarmName: aws.String("a"), AlarmNames: []string{"a"}}, "ValidationError",
			"ChildrenOfAlarmName and ParentsOfAlarmName can be set with MaxRecords and NextToken only.")
	})
}

// Names, tags and switches are of composite alarms, too. What a rule or a suppressor needs stays (recorded answers).
func TestCompositeAlarmsByName(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		ok(s, s.PutMetricAlarm, minimal("child"))
		ok(s, s.PutMetricAlarm, minimal("suppressor"))
		s.composite("C", "ALARM(child)", suppressed("suppressor"), func(in *sdk.PutCompositeAlarmInput) {
			in.Tags = []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}}
		})
		ok(s, s.TagResource, &sdk.TagResourceInput{ResourceARN: aws.String(alarmARN("C")), Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}})
		ok(s, s.UntagResource, &sdk.UntagResourceInput{ResourceARN: aws.String(alarmARN("C")), TagKeys: []string{"team"}})
		if tags := ok(s, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceARN: aws.String(alarmARN("C"))}).Tags; len(tags) != 1 || *tags[0].Key != "k" {
			t.Error(tags)
		}
		ok(s, s.DisableAlarmActions, &sdk.DisableAlarmActionsInput{AlarmNames: []string{"C"}})
		if *s.describeComposite("C").ActionsEnabled {
			t.Error("actions are enabled")
		}
		ok(s, s.EnableAlarmActions, &sdk.EnableAlarmActionsInput{AlarmNames: []string{"C"}})
		if !*s.describeComposite("C").ActionsEnabled {
			t.Error("actions are disabled")
		}
		for _, name := range []string{"child", "suppressor"} {
			refused(s, s.DeleteAlarms, &sdk.DeleteAlarmsInput{AlarmNames: []string{name, "C"}}, "ValidationError",
				"Cannot delete "+name+" as there are composite alarm(s) depending on it.")
		}
		s.composite("D", "TRUE")
		refused(s, s.DeleteAlarms, &sdk.DeleteAlarmsInput{AlarmNames: []string{"D", "C"}}, "ValidationError", "A request can delete one composite alarm at most.")
		ok(s, s.DeleteAlarms, &sdk.DeleteAlarmsInput{AlarmNames: []string{"C"}})
		ok(s, s.DeleteAlarms, &sdk.DeleteAlarmsInput{AlarmNames: []string{"child", "suppressor", "D"}})
		out := ok(s, s.DescribeAlarms, &sdk.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{types.AlarmTypeCompositeAlarm, types.AlarmTypeMetricAlarm}})
		if len(out.MetricAlarms)+len(out.CompositeAlarms) > 0 {
			t.Errorf("%+v", out)
		}
	})
}
