package consoletest

import "testing"

// TestRollingDeployment follows a service to its next revision, without loading its page again.
func TestRollingDeployment(t *testing.T) {
	s := open(t)
	tab := s.tab("/services/shop/web")
	tab.UntilText("web:1")
	before := s.tasks("web")
	for _, id := range before {
		tab.UntilText(id[:8])
	}
	s.deploy("web", s.revise("shop/web:2"))
	tab.UntilText("web:2")
	s.complete("web")
	for _, id := range s.tasks("web") {
		tab.UntilText(id[:8])
	}
	tab.UntilText("(service web) has reached a steady state.")
	s.onePageLoad(tab)
}

// TestBlueGreenDeployment follows a shift of traffic through its stages, and goes on by the clock.
func TestBlueGreenDeployment(t *testing.T) {
	s := open(t)
	tab := s.tab("/services/shop/checkout")
	tab.UntilText("BLUE_GREEN")
	s.deploy("checkout", s.revise("shop/web:2"))
	tab.UntilText("BAKE_TIME")
	tab.UntilText("web:2")
	tab.UntilText("productionTrafficWeight 100 %") // of the new revision
	tab.UntilText("productionTrafficWeight 0 %")   // of the old one
	s.complete("checkout")
	tab.Until("both revisions are gone from the deployments", `!document.body.innerText.includes("BAKE_TIME")`)
	tab.UntilText("SUCCESSFUL")
	s.onePageLoad(tab)
}

// TestRollback follows a revision whose image does not exist, until the circuit breaker brings the old one back. The page says
// what the tasks of the new one failed of.
func TestRollback(t *testing.T) {
	s := open(t)
	tab := s.tab("/services/shop/web")
	tab.UntilText("web:1")
	s.deploy("web", s.revise("shop/missing:3"))
	tab.UntilText("web:2")
	s.must(s.Clock().SetSpeed(600))
	tab.UntilText("ROLLBACK")
	tab.UntilText("shop/missing:3")
	s.complete("web")
	tab.UntilText("ROLLBACK_SUCCESSFUL")
	s.onePageLoad(tab)
}
