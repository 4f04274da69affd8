package factledger

import (
	_ "embed"
	"encoding/json"
)

//go:embed errors.json
var modelled []byte

// Modelled are the error codes that the public API models name, by service and operation. What they do not know is not there.
func Modelled() map[string]map[string][]string {
	var codes map[string]map[string][]string
	if err := json.Unmarshal(modelled, &codes); err != nil {
		panic(err)
	}
	return codes
}
