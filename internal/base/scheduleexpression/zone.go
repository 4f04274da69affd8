package scheduleexpression

import (
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // for machines without the database of zones, such as the container image
)

// zones are those that were found, of which there are as many as the database has.
var zones sync.Map

// LoadZone finds a zone of the IANA database, such as Europe/Berlin.
func LoadZone(name string) (*time.Location, error) {
	switch name {
	case "", "Local", "localtime", "posixrules": // what Go and the files of a machine have besides
		return nil, fmt.Errorf("zone %q is none of the IANA database", name)
	}
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("load zone %q: %w", name, err)
	}
	zones.Store(name, zone)
	return zone, nil
}
