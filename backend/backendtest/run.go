package backendtest

import "testing"

// Run runs the suite. It calls open for each owner it needs; the engines it gets
// have owners of their own, but may share one daemon. Run calls RemoveAll on each
// when done, and leaves Close to open.
func Run(t *testing.T, open func(t *testing.T) Fixture) {
	s := newSuite(t, open(t))
	cases := []struct {
		name string
		run  func(*env)
	}{
		{"InfoDescribesTheEngine", testInfo},
		{"ASandboxBoundsItsContainers", testLimits},
		{"EnsureNetworkFindsWhatItMade", testEnsureNetwork},
		{"ANetworkHasTheRangeAskedFor", testNetworkRange},
		{"AnExactNetworkHasAllOfItsRange", testExactNetwork},
		{"ASandboxGetsAnAddressOfItsSubnet", testSubnet},
		{"AFullSubnetSaysSo", testFullSubnet},
		{"AnAddressIsReservedForItsSandbox", testReservedAddress},
		{"AnImageIsLocalOrNotFound", testImage},
		{"AnImageIsForItsPlatform", testPlatform},
		{"PullTellsWhyItFails", testPullError},
		{"CreateReturnsWhatExistsUnderTheName", testCreateTwice},
		{"CreateRefusesWhatItCannotFind", testCreateNotFound},
		{"UnknownIDsAreNotFound", testUnknownIDs},
		{"AContainerIsCreatedThenRunningThenExited", testStates},
		{"ACreatedSandboxIsAContainerToo", testSandboxStates},
		{"TheExitCodeIsKept", testExitCodes},
		{"StartOfARunningContainerChangesNothing", testStartTwice},
		{"AnExitedContainerStartsAgain", testStartAgain},
		{"AProgramThatDoesNotExistFailsToStart", testStartError},
		{"AContainerNeedsItsSandbox", testStartWithoutSandbox},
		{"TheEnvironmentIsPassedOn", testEnvironment},
		{"StopReturnsWhenTheContainerHasExited", testStop},
		{"StopKillsAfterTheGrace", testStopGrace},
		{"StopOfWhatDoesNotRunSucceeds", testStopTwice},
		{"RemoveKillsAndForgets", testRemove},
		{"CrashEndsARunningContainer", testCrash},
		{"ListFiltersByAllLabels", testList},
		{"LabelsAreReturnedAsGiven", testLabels},
		{"WatchBeginsWithResync", testWatchResync},
		{"EventsComeInOrder", testWatchOrder},
		{"WatchShowsOnlyWhatCarriesItsLabels", testWatchLabels},
		{"WatchTellsOfOneThingAtATime", testWatchOneAtATime},
		{"StatsCountWhatAContainerUses", testStats},
		{"NetworksAreCountedWhereTheContainerHasThem", testNetworkStats},
		{"StatsAreOfContainersThatRun", testStatsRefused},
		{"UsageIsToldOfManyAtOnce", testUsage},
		{"LogsOfAStoppedContainer", testLogs},
		{"LogsTellTheStream", testLogsStderr},
		{"LogsFollowUntilTheContainerStops", testLogsFollow},
		{"LogsFollowEndsWithItsContext", testLogsFollowCancelled},
		{"LogsEndWhereTheyEndedAtFirst", testLogsOfAWriter},
		{"LogsEndWithTheErrorOfWrite", testLogsWriteError},
		{"DialReachesAServer", testDial},
		{"DialIsRefusedWhereNoProgramListens", testDialRefused},
		{"DialCarriesDatagrams", testDialDatagrams},
		{"ContainersOfASandboxShareLocalhost", testLocalhost},
		{"ContainersOfASandboxShareItsPorts", testPortTaken},
		{"ASandboxWithoutNetworkHasNoAddress", testNoNetwork},
		{"AContainerHasAnAddressOfItsOwn", testOwnAddress},
		{"AContainerNeedsItsSandboxAlsoElsewhere", testSandboxElsewhere},
		{"AContainerJoinsAnotherSandbox", testJoins},
		{"ASandboxStartsWithinItsParent", testParent},
		{"AContainerHasNamesOfItsOwn", testNames},
		{"MalformedNamesDoNotRun", testMalformedNames},
		{"NamesGoWithTheNamespace", testSharedNames},
		{"ASandboxLendsItsNames", testLentNames},
		{"OthersFindASandboxByItsNames", testFound},
		{"OthersFindAContainerByItsHostName", testFoundByHostName},
		{"ContainersShareProcessesAndIPC", testSharedProcesses},
		{"AContainerHasNoSharedMemory", testNoIPC},
		{"AContainerHasADeviceOfTheHost", testDevices},
		{"OutputGoesToALogDriver", testLogDriver},
		{"MachinesServeTheSamePorts", testMachines},
		{"AddressesOfContainersThatHaveEndedComeBack", testAddressesComeBack},
		{"PortsLeadElsewhereWithoutANewContainer", testPorts},
		{"PortRangesLeadEachToItsOwn", testPortRange},
		{"TrafficIsForSandboxesThatRun", testTrafficRefused},
		{"ASandboxThatIsCutOffIsSilent", testCutOff},
		{"AFilterLetsPassWhatItsRulesSay", testFilter},
		{"AFilterKnowsManyAddressesAndPorts", testFilterRanges},
		{"AnOpenConnectionOutlivesItsRule", testOpenConnection},
		{"AMachineIsFilteredAtItsAddress", testMachineFilter},
		{"ASandboxThatStartsAgainHasNoFilter", testFilterEnds},
		{"FiltersAreForSandboxesThatRun", testFilterRefused},
		{"ALoadBalancerKeepsWhatItWasTold", testLoadBalancer},
		{"ALoadBalancerCarriesRequests", testLoadBalancerCarries},
		{"ALoadBalancerNeedsItsSandbox", testLoadBalancerRefused},
		{"ANetworkGoesWhenNothingRunsOnIt", testRemoveNetwork},
		{"NetworksAreListedByTheirLabels", testNetworks},
		{"ContainersShareAVolume", testVolume},
		{"VolumesAreFoundByNameAndLabels", testVolumeLabels},
		{"AVolumeGoesWhenNothingMountsIt", testRemoveVolume},
		{"ASharedVolumeStays", testSharedVolume},
		{"AFolderOfAVolumeIsMounted", testFolder},
		{"HealthGoesFromStartingToHealthy", testHealthy},
		{"HealthGoesToUnhealthyAfterItsRetries", testUnhealthy},
		{"WithoutHealthCheckThereIsNoHealth", testNoHealth},
	}
	t.Run("Owner", func(t *testing.T) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.run(s.env(t))
			})
		}
		if s.PullableImage != "" {
			t.Run("PullMakesAnImageLocal", func(t *testing.T) { testPull(s.env(t)) })
		}
	})
	t.Run("AnOwnerSeesAndRemovesOnlyItsOwn", func(t *testing.T) { testOwners(s.env(t), newSuite(t, open(t))) })
	if s.Lose != nil && s.Restore != nil {
		t.Run("ALostEngineIsUnavailableUntilItIsBack", func(t *testing.T) { testLost(newSuite(t, open(t)).env(t)) })
	}
}
