/// \file fwd.hpp
/// Every public class and enumeration by name, for headers that only pass them on.
#pragma once

namespace sojourn {

// chain: the nouns
enum class TimeUnit;
class Chain;
class Discount;
enum class Role;
enum class Moment;
struct LifecycleState;
class Lifecycle;
enum class PeriodUnit;
class Period;
class RewardLaw;
class Rewards;
class StateSpace;
class StateValues;
struct CommunicatingClass;
class Structure;
struct Path;

// data: from a log to a chain
struct Dwell;
class Counts;
struct DataReport;
struct EventLog;
enum class Duplicates;
enum class Ties;
enum class MissingState;
enum class MissingValue;
struct JourneyOptions;
struct Encoded;
enum class Estimate;
enum class RowsWithoutData;
enum class Forbidden;
struct FitOptions;
struct FitReport;
struct FitResult;
class Origin;
struct GridOptions;
struct JourneyColumns;
struct JourneyView;
class Journeys;
struct OrderOptions;
struct Cadence;
struct Rule;
struct LabelColumn;
struct NumberColumn;
struct RuleLog;
class Rules;

// value: what a customer is worth, and why
enum class FleetBasis;
struct FleetOptions;
struct FleetLawOptions;
struct FleetInterval;
class FleetValue;
struct LifetimeValueOptions;
struct ValueInterval;
struct StartValue;
struct SolutionAccuracy;
class LifetimeValue;
struct PaybackOptions;
struct Payback;
struct Lever;
struct BaseLever;
struct Leak;
struct MomentLeak;
class Sensitivity;
struct MoveDifference;
struct WhatIf;
struct ValueLawOptions;
struct ValueAtom;
struct LawBounds;
class ValueLaw;
struct StartMoments;
class ValueMoments;

// path: how it goes on and ends
class Absorption;
struct ForecastOptions;
struct Hitting;
struct FirstPassage;
struct StationaryLaw;
class Stationary;

// trust: how sure we are
enum class TestMethod;
enum class Adjustment;
struct TestResult;
struct ChainTestOptions;
struct Departure;
struct StateTest;
struct RowsTest;
struct OrderTestOptions;
struct OrderTest;
struct VisitsTestOptions;
struct OrderLikelihood;
struct InformationCriteria;
struct InformationCriteriaOptions;
enum class Timing;
struct HomogeneityTestOptions;
struct Segment;
struct SegmentTestOptions;
struct SegmentValue;
struct SegmentTest;
enum class Leaving;
struct StayLength;
struct StateDwellTest;
struct DwellTest;
struct DwellTestOptions;
struct FitTestsOptions;
struct FitTests;
struct StateInformation;
class ValueOfInformation;
struct PossibleChains;
struct ValueBounds;
class Answer;
enum class FailedDraws;
struct PosteriorOptions;
struct BootstrapOptions;
enum class Spread;
struct AnswerInterval;
class Uncertain;
class ChainDraws;

// simulation: a chain turned back into customers
struct CohortOptions;
class CohortSimulation;
enum class Clock;
enum class AfterLast;
struct ChainSchedule;
struct Intervention;
struct Scenario;
struct QuantileWidth;
struct StopAt;
struct ScenarioOptions;
struct SimulatedMean;
struct QuantileInterval;
struct ScenarioSimulation;
struct ScenarioComparison;
struct SimulationOutputs;
enum class Stays;
struct SimulateOptions;
struct JourneyBuffers;
class Cancelled;
class Simulation;
struct QuantileBounds;
class SimulatedValue;
class SimulatedValueBuilder;

// market: one customer brings the next
struct ExperienceSource;
struct MarketReputation;
struct Market;
struct MarketPathOptions;
struct MarketPath;
struct MarketEquilibrium;
struct MarketThreshold;
struct DeliveryGap;
struct MarketOptions;
struct MarketSimulation;
struct MarketPeopleOptions;
struct MarketPeople;
enum class OffspringLaw;
struct PolicyMove;
struct Policy;
struct PolicyOutcome;
struct PolicyComparison;
enum class RateOf;
enum class StatesWithoutData;
struct RateOptions;
struct RateInterval;
class StateRates;
struct WordOfMouthReport;
struct ReferralLog;
enum class Impossible;
enum class UnknownReferred;
struct ReferralCountOptions;
struct ReferralCounts;
struct OffspringCandidate;
struct OffspringFit;
struct RatingLog;
struct RatingScale;
struct SharingCountOptions;
struct SharingCounts;
struct SharingRates;
class Referrals;
struct ReputationLaw;
struct ReputationPeriods;
struct ReputationFitOptions;
struct NumberInterval;
struct ReputationFit;
struct ReferralValueOptions;
struct ReferralStartValue;
struct Generations;
class ReferralValue;
struct ReferralLever;
class ReferralSensitivity;
struct BranchingOptions;
struct Extinction;
struct Progeny;
enum class Quadrant;
struct QuadrantOptions;
struct QuadrantTotal;
struct ReferralQuadrants;

// model: files and text
struct Model;

}  // namespace sojourn
