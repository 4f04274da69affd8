package consoletest

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestFaultByKeyboard adds a fault, sees it in the list, and clears it, without a mouse.
func TestFaultByKeyboard(t *testing.T) {
	s := start(t)
	tab := s.tab("")
	tab.TabTo(`nav a[href$="/faults"]`)
	tab.Press(kb.Enter)
	tab.Until("the page of faults is there", `location.pathname.endsWith("/faults")`)
	tab.TabTo(control("addFault", "kind"))
	tab.Press("pull") // which chooses the option that begins so
	tab.TabTo(control("addFault", "image"))
	tab.Press("shop/*")
	tab.TabTo(control("addFault", ""))
	tab.Press(kb.Enter)
	s.until("the fault is there", func() bool { return len(s.Faults().List()) == 1 })
	if fault := s.Faults().List()[0]; fault.Kind != emulator.PullFault || fault.Image != "shop/*" {
		t.Errorf("the fault is %+v", fault)
	}
	tab.UntilText("shop/*")
	tab.TabTo(control("clearFaults", ""))
	tab.Press(kb.Enter)
	s.until("the fault is gone", func() bool { return len(s.Faults().List()) == 0 })
}

// TestClockByKeyboard advances the clock by an hour and has it run faster, without a mouse.
func TestClockByKeyboard(t *testing.T) {
	s := start(t, emulator.Options{Speed: emulator.Still})
	tab := s.tab("/clock")
	began := s.Clock().Now()
	tab.TabTo(control("advance", "advance"))
	tab.Fill("1h")
	tab.Press(kb.Enter)
	s.until("the clock has advanced", func() bool { return s.Clock().Now().Sub(began) == time.Hour })
	tab.UntilText(began.Add(time.Hour).UTC().Format("15:04:05"))
	tab.TabTo(control("setSpeed", "speed"))
	tab.Fill("60")
	tab.Press(kb.Enter)
	s.until("the clock runs", func() bool { return s.Clock().Now().Sub(began) > time.Hour })
}
