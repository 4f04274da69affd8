package consoletest

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestAwayAndBack ends the emulator under a page and starts it again: the page says that it is away, and then shows what is
// new.
func TestAwayAndBack(t *testing.T) {
	const silent = `!document.getElementById("connection").checkVisibility()`
	options := emulator.Options{DataDir: t.TempDir(), OnExit: emulator.Remove}
	s := start(t, options)
	tab := s.tab("")
	tab.Until("nothing is said of the connection", silent)
	tab.Expect(`ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET`)
	s.must(s.Close())
	tab.UntilText("The emulator does not answer since")
	options.Listen = strings.TrimPrefix(s.URL(), "http://")
	back := start(t, options)
	back.createCluster("of-the-second-run")
	tab.UntilText("of-the-second-run")
	tab.UntilText("The emulator is back.")
	tab.Until("nothing is said of the connection", silent)
	s.onePageLoad(tab)
}
