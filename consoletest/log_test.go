package consoletest

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// TestLogStream reads lines of a container as they come.
func TestLogStream(t *testing.T) {
	s := open(t)
	s.deploy("api", s.revise("shop/web:2", func(c *types.ContainerDefinition) {
		c.DockerLabels = nil
		c.Command = []string{"sh", "-c", "echo first line; sleep 7200; echo second line; sleep 36000"}
	}))
	s.complete("api")
	tab := s.tab("/tasks/shop/" + s.tasks("api")[0])
	tab.UntilText("first line")
	tab.Until("the second line is not there yet", `!document.body.innerText.includes("second line")`)
	s.must(s.Clock().Advance(3 * time.Hour))
	tab.UntilText("second line")
	s.onePageLoad(tab)
}
