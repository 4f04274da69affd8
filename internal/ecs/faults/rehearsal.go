package faults

import (
	"encoding/json"
	"fmt"
)

// Run adds all faults of a rehearsal, or none: each begins when its At has passed.
func (k *Kit) Run(list []Fault) (added []Fault, err error) {
	for i, f := range list {
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("fault %d: %w", i+1, err)
		}
	}
	for i, f := range list {
		one, err := k.Add(f)
		if err != nil {
			for _, other := range added {
				k.Clear(other.ID)
			}
			return nil, fmt.Errorf("fault %d: %w", i+1, err)
		}
		added = append(added, one)
	}
	return added, nil
}

// Read reads the JSON of a rehearsal: a list of faults.
func Read(text []byte) (list []Fault, err error) {
	var each []json.RawMessage
	if err := json.Unmarshal(text, &each); err != nil {
		return nil, fmt.Errorf("it is not a list of faults as JSON: %w", err)
	}
	list = make([]Fault, len(each))
	for i := range each {
		if err := list[i].UnmarshalJSON(each[i]); err != nil {
			return nil, fmt.Errorf("fault %d: %w", i+1, err)
		}
	}
	return list, nil
}
