package text

import (
	"testing"
)

func alarms() Listing {
	return Listing{
		Head: []string{"POLICY", "ALARM", "STATE", "HELD BY"}, Names: []int{0, 1}, Below: 3,
		Rows: [][]string{
			{"cpu", "TargetTracking-service/shop/web-AlarmHigh-6aa702bf-50c2-4100-9f2f-f653e3ee3b5f", "ALARM", "the maximum is reached"},
			{"cpu", "TargetTracking-service/shop/web-AlarmLow-c5fc02ae-a40f-4743-92db-0ac810747cd3", "INSUFFICIENT_DATA", "-"},
		},
	}
}

// Without a width rows are whole. With one, ids are short, then names are cut and long texts stand below.
func TestListingFits(t *testing.T) {
	const narrow = `POLICY  ALARM                                                STATE
cpu     TargetTracking-service/shop/web-AlarmHigh-6aa702bf…  ALARM
  held by: the maximum is reached
cpu     TargetTracking-service/shop/web-AlarmLow-c5fc02ae…   INSUFFICIENT_DATA
`
	for width, want := range map[int]string{
		0: `POLICY  ALARM                                                                           STATE              HELD BY
cpu     TargetTracking-service/shop/web-AlarmHigh-6aa702bf-50c2-4100-9f2f-f653e3ee3b5f  ALARM              the maximum is reached
cpu     TargetTracking-service/shop/web-AlarmLow-c5fc02ae-a40f-4743-92db-0ac810747cd3   INSUFFICIENT_DATA  -
`,
		104: `POLICY  ALARM                                                STATE              HELD BY
cpu     TargetTracking-service/shop/web-AlarmHigh-6aa702bf…  ALARM              the maximum is reached
cpu     TargetTracking-service/shop/web-AlarmLow-c5fc02ae…   INSUFFICIENT_DATA  -
`,
		80: narrow,
		60: `POLICY  ALARM                              STATE
cpu     TargetTracking-s…rmHigh-6aa702bf…  ALARM
  held by: the maximum is reached
cpu     TargetTracking-s…armLow-c5fc02ae…  INSUFFICIENT_DATA
`,
	} {
		if got := alarms().Fit(width); got != want {
			t.Errorf("in %d columns it is\n%s\nwant\n%s", width, got, want)
		}
	}
}

func TestListingWithoutHead(t *testing.T) {
	l := Listing{Names: []int{1, 2}, Rows: [][]string{
		{"127.0.0.1:8080", "service:a-service-with-a-name-that-is-long", "shop/" + id(1)},
		{"127.0.0.1:49153", "load-balancer:web", "web-1234567890.us-east-1.elb.amazonaws.com"},
	}}
	want := `127.0.0.1:8080   service:a-ser…-that-is-long  shop/01234567
127.0.0.1:49153  load-balancer:web            web-123456789…mazonaws.com
`
	if got := l.Fit(72); got != want {
		t.Errorf("it is\n%s\nwant\n%s", got, want)
	}
	for width := 1; width < 200; width++ {
		fits(t, l.Fit(width), Options{Width: width})
		fits(t, alarms().Fit(width), Options{Width: width})
	}
}
