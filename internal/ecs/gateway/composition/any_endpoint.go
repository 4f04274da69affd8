package composition

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	express "github.com/ecs-emulator/ecs-emulator/internal/ecs/express/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
)

// FindAnyEndpoint is the endpoint with a host name, of a route or of an Express gateway service.
func FindAnyEndpoint(tx *store.Tx, host string) (e managedresource.Endpoint, found bool) {
	if e, found = express.FindEndpoint(tx, host); found {
		return e, true
	}
	return FindEndpoint(tx, host)
}
